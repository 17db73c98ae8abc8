package proposal

import (
	"context"
	"slices"
	"time"

	"tequio/app/db"
	"tequio/app/fault"
	"tequio/app/identity"
	"tequio/app/policy"
	"tequio/app/text"
	"tequio/app/thing"
)

// Classes returns every kind of proposals, those retired too, in their order; the usual one is
// always among them.
func (s *Service) Classes(tx *db.Tx) ([]Class, error) {
	all, err := classes(tx)
	if err == nil && !slices.ContainsFunc(all, func(k Class) bool { return k.ID == 0 }) {
		all = append([]Class{usual(s.rules())}, all...)
	}
	return all, err
}

// Class returns the kind with an id, 0: the usual one; or the fault thing.missing.
func (s *Service) Class(tx *db.Tx, id int64) (Class, error) {
	k, err := getClass(tx, id)
	if id == 0 && fault.Is(err, fault.NotFound) {
		return usual(s.rules()), nil
	}
	return k, err
}

// stored is Class within a write: the usual kind is stored where nobody has changed it yet, so that
// its rules no longer change with the instance's beginnings.
func (s *Service) stored(tx *db.Tx, id int64) (Class, error) {
	k, err := getClass(tx, id)
	if id == 0 && fault.Is(err, fault.NotFound) {
		k = usual(s.rules())
		err = InsertClass(tx, &k)
	}
	return k, err
}

// Offered returns the kinds that a new proposal may be of, in their order.
func (s *Service) Offered(tx *db.Tx) ([]Class, error) {
	all, err := s.Classes(tx)
	return slices.DeleteFunc(all, Class.Retired), err
}

// ClassNamed returns the kind with a key, "": the usual one; or the fault thing.missing.
func (s *Service) ClassNamed(tx *db.Tx, key string) (Class, error) {
	all, err := s.Classes(tx)
	if err != nil {
		return Class{}, err
	}
	i := slices.IndexFunc(all, func(k Class) bool { return k.Key == key || key == "" && k.ID == 0 })
	if i < 0 {
		return Class{}, fault.New(fault.NotFound, "thing.missing")
	}
	return all[i], nil
}

// SaveClass stores a kind: a new one where its key is "", which then is made of its name. langs are
// the instance's languages. Faults: Invalid with the form's fields; NotFound; those of policy.
func (s *Service) SaveClass(ctx context.Context, a identity.Actor, k Class, langs []string) (Class, error) {
	fresh := k.Key == ""
	if err := k.check(langs); err != nil {
		return k, err
	}
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		if err := policy.Allow(a, policy.Configure, thing.Thing{}, tx.Now); err != nil {
			return err
		}
		all, err := s.Classes(tx)
		if err != nil {
			return err
		}
		if fresh {
			k.Key = freeKey(all, k.Names[langs[0]])
			if err := InsertClass(tx, &k); err != nil {
				return err
			}
			return thing.Record(tx, a.ID, "kind.create", 0, k.Key)
		}
		i := slices.IndexFunc(all, func(o Class) bool { return o.Key == k.Key })
		if i < 0 {
			return fault.New(fault.NotFound, "thing.missing")
		}
		k.ID, k.RetiredAt = all[i].ID, all[i].RetiredAt
		if _, err := s.stored(tx, k.ID); err != nil {
			return err
		}
		if err := saveClass(tx, &k); err != nil {
			return err
		}
		return thing.Record(tx, a.ID, "kind.edit", 0, k.Key)
	})
	return k, err
}

// freeKey is a key made of a name that no other kind has.
func freeKey(all []Class, name string) string {
	key := text.Slug(name)
	for slices.ContainsFunc(all, func(k Class) bool { return k.Key == key }) {
		key += "-2"
	}
	return key
}

// RetireClass ends a kind: no new proposals of it are begun, those there are go on under their own
// rules; again takes it up again. The usual kind is never retired.
func (s *Service) RetireClass(ctx context.Context, a identity.Actor, key string, again bool) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		if err := policy.Allow(a, policy.Configure, thing.Thing{}, tx.Now); err != nil {
			return err
		}
		k, err := s.ClassNamed(tx, key)
		if err != nil {
			return err
		}
		if k.ID == 0 {
			return fault.New(fault.Conflict, "kind.retire.usual")
		}
		verb := "kind.retire"
		k.RetiredAt = tx.Now
		if again {
			verb, k.RetiredAt = "kind.offer", time.Time{}
		}
		if err := saveClass(tx, &k); err != nil {
			return err
		}
		return thing.Record(tx, a.ID, verb, 0, k.Key)
	})
}
