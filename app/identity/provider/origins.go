package provider

import (
	"net/url"
	"slices"
)

// pages are where the providers whose addresses never change ask people who they are.
var pages = map[Kind]string{
	Microsoft: "https://login.microsoftonline.com", GitHub: "https://github.com", Facebook: "https://www.facebook.com",
}

// Origins are the schemes and hosts to which a sign-in with these configurations leads, for a page's
// content policy. A provider whose description names another host than its issuer is not covered.
func Origins(cfgs []Config) (all []string) {
	for _, c := range cfgs {
		c = c.withDefaults()
		address := pages[c.Kind]
		if address == "" {
			if address = c.AuthURL; address == "" {
				address = c.Issuer
			}
		}
		u, err := url.Parse(address)
		if err != nil || u.Host == "" {
			continue
		}
		if o := u.Scheme + "://" + u.Host; !slices.Contains(all, o) {
			all = append(all, o)
		}
	}
	return all
}
