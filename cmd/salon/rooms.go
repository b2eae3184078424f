package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"salon/configs"
	"salon/rooms"
	"salon/rooms/files"
	"salon/rooms/store"
	"salon/rooms/token"
)

// openRooms opens what rooms begin with: what was kept, and their files.
func (s *server) openRooms() (err error) {
	if err := s.openStore(); err != nil {
		return err
	}
	if s.config.Rooms.Folder == "" {
		return nil
	}
	s.files, err = files.Open(s.config.Rooms.Folder, rooms.RoomKey, s.log.With("part", "room files"))
	if err != nil {
		return fmt.Errorf("rooms.folder: %w", err)
	}
	return nil
}

// openStore opens the store. Nobody has asked for the one of the default: where that cannot be had, the server runs without.
func (s *server) openStore() (err error) {
	path, asked := storePath(s.config.Rooms.Store)
	if path == "" {
		return nil
	}
	if s.store, err = store.Open(path); err == nil {
		s.log.Debug("rooms are kept", "file", path)
		return nil
	}
	if asked {
		return fmt.Errorf("rooms.store: %w", err)
	}
	s.log.Warn("rooms, bans and invitations will not outlive this process: set rooms.store to a file of its own, or to none", "error", err)
	return nil
}

// storePath returns where the store is, "" for nowhere, and whether the configuration says so.
func storePath(configured string) (path string, asked bool) {
	switch configured {
	case configs.StoreNone:
		return "", true
	case "":
		return defaultStore(), false
	}
	return configured, true
}

// defaultStore follows systemd.exec(5) and the XDG base directory specification; "" where there is no such folder.
func defaultStore() string {
	const name = "salon.db"
	if folder := os.Getenv("STATE_DIRECTORY"); folder != "" {
		return filepath.Join(folder, name)
	}
	if folder := os.Getenv("XDG_STATE_HOME"); filepath.IsAbs(folder) {
		return filepath.Join(folder, "salon", name)
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return ""
	}
	return filepath.Join(home, ".local", "state", "salon", name)
}

// roomFiles keeps a nil folder from becoming an interface that is not nil.
func (s *server) roomFiles() rooms.Files {
	if s.files == nil {
		return nil
	}
	return s.files
}

// backup returns what writes a copy of the store; nil where nothing is kept.
func (s *server) backup() func(io.Writer) error {
	if s.store == nil {
		return nil
	}
	return s.store.Backup
}

// closeRooms closes what openRooms has opened, after the rooms have ended.
func (s *server) closeRooms() {
	if s.files != nil {
		s.files.Close()
		s.files = nil
	}
	if s.store == nil {
		return
	}
	if err := s.store.Close(); err != nil {
		s.log.Error("what rooms keep could not be written", "error", err)
	}
}

// tokenVerifier reads the keys of those whose tokens are believed; nil when there are none.
func tokenVerifier(list []configs.Token) (*token.Verifier, error) {
	var issuers []token.Issuer
	for i, t := range list {
		issuer := token.Issuer{Name: t.Issuer, Audience: t.Audience, Prefix: t.Prefix, MaxRole: t.MaxRole}
		var err error
		if issuer.Keys, err = tokenKeys(t); err != nil {
			return nil, fmt.Errorf("tokens[%d]: %w", i, err)
		}
		for _, name := range t.Rooms {
			key, ok := rooms.RoomKey(name)
			if !ok {
				return nil, fmt.Errorf("tokens[%d]: %q is not the name of a room", i, name)
			}
			issuer.Rooms = append(issuer.Rooms, key)
		}
		issuers = append(issuers, issuer)
	}
	if len(issuers) == 0 {
		return nil, nil
	}
	return token.NewVerifier(issuers)
}

func tokenKeys(t configs.Token) ([]token.Key, error) {
	switch {
	case t.Secret != "":
		key, err := token.SecretKey([]byte(t.Secret))
		return []token.Key{key}, err
	case t.KeyFile != "":
		text, err := os.ReadFile(t.KeyFile)
		if err != nil {
			return nil, err
		}
		key, err := token.PublicKey(text)
		return []token.Key{key}, err
	case t.KeysFile != "":
		text, err := os.ReadFile(t.KeysFile)
		if err != nil {
			return nil, err
		}
		return token.KeySet(text)
	}
	return nil, errors.New("no key is set")
}
