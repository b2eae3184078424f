package policy

import (
	"cmp"
	"reflect"
	"strings"

	"salon/configs/yamlfile"
)

// Site is what the server's operator says about every room: for each key a value that no room can change, or a value
// that rooms have unless they say otherwise. The zero value says nothing.
type Site struct {
	Forced, Default File
}

// ReadSite reads the two halves of the key site_policy of the server's configuration; origins says where each was set,
// should it not have been in a file. The error is yamlfile.Problems.
func ReadSite(forced, standard yamlfile.Fragment, origins map[string]string) (Site, error) {
	site := Site{}
	var problems yamlfile.Problems
	for _, half := range []struct {
		name     string
		fragment yamlfile.Fragment
		file     *File
	}{{"site_policy.forced", forced, &site.Forced}, {"site_policy.default", standard, &site.Default}} {
		half.file.Room = Default()
		var wrong yamlfile.Problems
		half.file.Origins, wrong = half.fragment.Decode(cmp.Or(origins[half.name], half.name), &half.file.Room)
		refuseOwn(half.file.Origins, &wrong)
		_, err := half.file.checked(wrong)
		if found, ok := err.(yamlfile.Problems); ok {
			for _, p := range found {
				p.Key = yamlfile.Join(half.name, p.Key)
				problems = append(problems, p)
			}
		}
	}
	for key, origin := range site.Default.Origins {
		if site.Forced.Origins[key] != "" && len(problems) == 0 {
			problems.Add(origin, "site_policy.default."+key, "is forced as well: delete it here, or there")
		}
	}
	if err := problems.OrNil(); err != nil {
		return Site{}, err
	}
	return site, nil
}

// refuseOwn refuses what belongs to one room.
func refuseOwn(origins map[string]string, problems *yamlfile.Problems) {
	for _, key := range Keys() {
		if origins[key] != "" && ownToRoom(key) {
			problems.Add(origins[key], key, "belongs to one room: write it into the room's file")
		}
	}
}

func ownToRoom(key string) bool {
	section, _, _ := strings.Cut(key, ".")
	switch section {
	case "version", "room", "title", "owners", "window":
		return true
	}
	return false
}

// Policy is what is in effect in a room: site forced, else the room's file, else the site's default, else built in. It
// never changes; a change makes another one.
type Policy struct {
	Room
	origins map[string]string
}

// The origins that are no place in a file.
const (
	originForced  = "site policy (forced)"
	originDefault = "site policy (default)"
	originBuiltIn = "built-in default"
)

// Merge puts a room's file under the site's policy.
func Merge(site Site, file File) *Policy {
	p := &Policy{Room: Default(), origins: make(map[string]string)}
	p.lay(site.Default, originDefault)
	p.lay(file, "")
	p.lay(site.Forced, originForced)
	return p
}

// lay puts the keys that are set over what was there before.
func (p *Policy) lay(over File, name string) {
	var targets []reflect.Value
	yamlfile.EachLeaf("", reflect.ValueOf(&p.Room).Elem(), func(_ string, v reflect.Value) { targets = append(targets, v) })
	i := 0
	yamlfile.EachLeaf("", reflect.ValueOf(&over.Room).Elem(), func(key string, v reflect.Value) {
		if origin := over.Origins[key]; origin != "" {
			targets[i].Set(v)
			p.origins[key] = origin
			if name != "" {
				p.origins[key] = name + ", " + origin
			}
		}
		i++
	})
}

// Origin says where a key's value comes from: "kitchen.yaml:12", "site policy (forced), salon.yaml:40", "built-in
// default".
func (p *Policy) Origin(key string) string {
	if o := p.origins[key]; o != "" {
		return o
	}
	return originBuiltIn
}

// Forced says whether the site does not let the room change a key.
func (p *Policy) Forced(key string) bool { return strings.HasPrefix(p.origins[key], originForced) }

// Overruled lists the keys that a room's file sets although the site forces another value.
func Overruled(site Site, file File) []string {
	p := Merge(site, file)
	var keys []string
	for _, key := range Keys() {
		mine, _ := leaf(&file.Room, key)
		effective, _ := leaf(&p.Room, key)
		if file.Origins[key] != "" && p.Forced(key) && !mine.Equal(effective) {
			keys = append(keys, key)
		}
	}
	return keys
}
