package rooms

import (
	"time"

	"salon/rooms/policy"
	"salon/rooms/store"
)

// tidyEvery is how often what nobody needs is looked for in the store. So long, after a start, rooms of the process before are
// kept for those who come back, whatever their rules say: a lock must not open because the server fell.
const tidyEvery = 10 * time.Minute

// tidyLoop tidies until Close.
func (r *Registry) tidyLoop() {
	ticker := time.NewTicker(tidyEvery)
	defer ticker.Stop()
	for {
		select {
		case <-r.closed:
			return
		case <-ticker.C:
			r.tidy(time.Now())
		}
	}
}

// tidy forgets, in the store, rooms that are not persistent and that nobody is in, and bans and tokens whose time is over.
func (r *Registry) tidy(now time.Time) {
	r.mu.Lock()
	r.restored = nil
	r.mu.Unlock()
	for _, key := range r.config.Store.Keys() {
		if key != store.NoRoom {
			r.tidyRoom(key, now)
		}
	}
	r.used.expire(now)
}

// tidyRoom tidies one room, if nobody is in it. Nobody can enter it meanwhile.
func (r *Registry) tidyRoom(key string, now time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.rooms[key] != nil || r.draining {
		return
	}
	kept, _ := r.config.Store.Room(key)
	if !r.policyOf(key, kept.Meta.Settings).Persistent {
		r.config.Store.Forget(key, now)
		return
	}
	var over []store.Change
	for id, b := range kept.Bans {
		if !b.Holds(now) {
			over = append(over, store.DeleteBan(id))
		}
	}
	r.config.Store.Stage(key, over...)
}

// policyOf is what holds in a room that nobody is in.
func (r *Registry) policyOf(key string, changed map[string]string) *policy.Policy {
	rules := rules{site: r.config.Site, changed: changed, file: r.fileOf(key)}
	rules.merge()
	return rules.policy
}

// awaits says whether a room of the process before is kept for those who come back.
func (r *Registry) awaits(key string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.restored[key]
}
