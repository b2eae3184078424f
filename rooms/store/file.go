package store

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"time"

	bbolt "go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"
)

// version of what is in the file. A newer one is refused, an older one is migrated here.
const version = "1"

var (
	formatBucket = []byte("format")
	versionKey   = []byte("version")
)

// openFile opens the file and reads all of it.
func openFile(path string) (*file, map[string]*Room, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		return nil, nil, fmt.Errorf("make the folder of the store: %w", err)
	}
	db, err := openWhole(path)
	if errors.Is(err, berrors.ErrTimeout) {
		return nil, nil, fmt.Errorf("%s is in use: stop the other server first, or give this one another store", path)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("open %s: %w; restore a backup with `salon restore` if it is damaged", path, err)
	}
	f := &file{db: db}
	rooms, err := f.load()
	if err != nil {
		db.Close()
		return nil, nil, fmt.Errorf("read %s: %w", path, err)
	}
	return f, rooms, nil
}

// openWhole opens the file for writing, if it has all the pages that it should have: bbolt maps the file into memory, and
// touching a page that is not there ends the process.
func openWhole(path string) (*bbolt.DB, error) {
	if _, err := os.Stat(path); err == nil {
		db, err := openReadOnly(path)
		if err != nil {
			return nil, err
		}
		db.Close()
	}
	return bbolt.Open(path, 0o600, &bbolt.Options{Timeout: time.Second})
}

func openReadOnly(path string) (*bbolt.DB, error) {
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{ReadOnly: true, Timeout: time.Second})
	if err != nil {
		return nil, err
	}
	err = db.View(func(tx *bbolt.Tx) error {
		info, err := os.Stat(path)
		if err == nil && info.Size() < tx.Size() {
			err = fmt.Errorf("it has %d of %d bytes", info.Size(), tx.Size())
		}
		return err
	})
	if err != nil {
		db.Close()
		return nil, err
	}
	return db, nil
}

// load checks the version, makes what is missing, and reads every room.
func (f *file) load() (map[string]*Room, error) {
	rooms := map[string]*Room{}
	err := f.db.Update(func(tx *bbolt.Tx) error {
		if err := checkFormat(tx); err != nil {
			return err
		}
		for _, k := range kinds {
			b, err := tx.CreateBucketIfNotExists([]byte(k))
			if err != nil {
				return err
			}
			if err := b.ForEach(func(key, data []byte) error { return loadOne(rooms, k, string(key), data) }); err != nil {
				return err
			}
		}
		return nil
	})
	maps.DeleteFunc(rooms, func(_ string, r *Room) bool { return r.empty() })
	return rooms, err
}

func checkFormat(tx *bbolt.Tx) error {
	b, err := tx.CreateBucketIfNotExists(formatBucket)
	if err != nil {
		return err
	}
	switch found := b.Get(versionKey); {
	case found == nil:
		return b.Put(versionKey, []byte(version))
	case string(found) != version:
		return fmt.Errorf("it was written by another version of Salon (format %.20q, this one knows %s): run that version, or restore a backup", found, version)
	}
	return nil
}

func loadOne(rooms map[string]*Room, k kind, key string, data []byte) error {
	room, rest, ok := strings.Cut(key, "\x00")
	if !ok {
		return fmt.Errorf("a key of %q is not of this format: restore a backup", k)
	}
	c, err := decode(k, rest, data)
	if err != nil {
		return fmt.Errorf("%s of room %q: %w", k, room, err)
	}
	if rooms[room] == nil {
		rooms[room] = newRoom()
	}
	c.apply(rooms[room])
	return nil
}

// write makes the changes in one transaction, which is on disk when it returns nil.
func (f *file) write(batch []*Pending) error {
	return f.db.Update(func(tx *bbolt.Tx) error {
		for _, p := range batch {
			for _, c := range p.changes {
				if err := writeOne(tx.Bucket([]byte(c.kind)), []byte(p.room+"\x00"+c.key), c.value); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

func writeOne(b *bbolt.Bucket, key []byte, value any) error {
	if value == nil {
		return b.Delete(key)
	}
	data, err := json.Marshal(value)
	if err != nil {
		return err
	}
	return b.Put(key, data)
}

// Close closes the file.
func (f *file) Close() error { return f.db.Close() }

// Backup writes a copy of everything that is on disk, while the store goes on.
func (s *Store) Backup(to io.Writer) error {
	f, ok := s.disk.(*file)
	if !ok {
		return errors.New("this store has no file")
	}
	return f.db.View(func(tx *bbolt.Tx) error {
		_, err := tx.WriteTo(to)
		return err
	})
}

// Check says whether the file is a whole store of this version, and how many rooms it keeps. It changes nothing.
func Check(path string) (rooms int, err error) {
	db, err := openReadOnly(path)
	if err != nil {
		return 0, fmt.Errorf("open %s: %w", path, err)
	}
	defer db.Close()
	found := map[string]*Room{}
	err = db.View(func(tx *bbolt.Tx) error {
		for problem := range tx.Check() {
			return problem
		}
		b := tx.Bucket(formatBucket)
		if b == nil || string(b.Get(versionKey)) != version {
			return errors.New("it is not a store of this version of Salon")
		}
		for _, k := range kinds {
			b := tx.Bucket([]byte(k))
			if b == nil {
				continue // it was written before there was that kind
			}
			if err := b.ForEach(func(key, data []byte) error { return loadOne(found, k, string(key), data) }); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("%s: %w", path, err)
	}
	delete(found, NoRoom)
	return len(found), nil
}

// Restore puts a backup in the place of a store that no server uses. What was there is kept beside it, with ".old" added
// to its name.
func Restore(backup, path string) error {
	if _, err := Check(backup); err != nil {
		return err
	}
	data, err := os.ReadFile(backup)
	if err != nil {
		return err
	}
	if _, err := os.Stat(path); err == nil {
		db, err := openWhole(path) // a damaged one may be replaced
		if errors.Is(err, berrors.ErrTimeout) {
			return fmt.Errorf("%s is in use: stop the server first", path)
		}
		if err == nil {
			db.Close()
		}
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		return err
	}
	fresh := path + ".new"
	if err := writeSynced(fresh, data); err != nil {
		return err
	}
	if err := os.Rename(path, path+".old"); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return os.Rename(fresh, path)
}

func writeSynced(path string, data []byte) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	return errors.Join(err, f.Sync(), f.Close())
}
