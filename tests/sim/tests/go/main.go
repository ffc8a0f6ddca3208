// A client as a script author would write it in Go, on net/http alone: log in, list the devices
// page by page, refresh once on 401, revoke. It prints how many devices it has seen.
package main

import (
	"crypto/tls"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strings"
)

const platform = "/api/fmc_platform/v1"
const devices = "/api/fmc_config/v1/domain/default/devices/devicerecords?limit=10"

type client struct {
	http            http.Client
	url             string
	access, refresh string
}

func (c *client) do(method, path string, prepare func(*http.Request)) (*http.Response, error) {
	request, err := http.NewRequest(method, c.url+path, nil)
	if err != nil {
		return nil, err
	}
	prepare(request)
	response, err := c.http.Do(request)
	if err == nil && response.Header.Get("X-auth-access-token") != "" {
		c.access = response.Header.Get("X-auth-access-token")
		c.refresh = response.Header.Get("X-auth-refresh-token")
	}
	return response, err
}

func (c *client) auth(path string, prepare func(*http.Request)) error {
	response, err := c.do("POST", platform+"/auth/"+path, prepare)
	if err != nil {
		return err
	}
	response.Body.Close()
	if response.StatusCode != http.StatusNoContent {
		return fmt.Errorf("%s: %s", path, response.Status)
	}
	return nil
}

func (c *client) withAccess(request *http.Request) {
	request.Header.Set("X-auth-access-token", c.access)
}

func (c *client) get(path string, into any) error {
	response, err := c.do("GET", path, c.withAccess)
	if err == nil && response.StatusCode == http.StatusUnauthorized {
		response.Body.Close()
		err = c.auth("refreshtoken", func(request *http.Request) {
			c.withAccess(request)
			request.Header.Set("X-auth-refresh-token", c.refresh)
		})
		if err != nil {
			return err
		}
		response, err = c.do("GET", path, c.withAccess)
	}
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", path, response.Status)
	}
	return json.NewDecoder(response.Body).Decode(into)
}

func (c *client) countDevices() (int, error) {
	seen := 0
	for path := devices; path != ""; {
		var page struct {
			Items  []struct{ Name string }
			Paging struct{ Next []string }
		}
		if err := c.get(path, &page); err != nil {
			return seen, err
		}
		seen += len(page.Items)
		path = ""
		if len(page.Paging.Next) > 0 {
			path = strings.TrimPrefix(page.Paging.Next[0], c.url)
		}
	}
	return seen, nil
}

func run(url, user, password string) error {
	insecure := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}
	c := &client{http: http.Client{Transport: insecure}, url: url}
	err := c.auth("generatetoken", func(request *http.Request) {
		request.SetBasicAuth(user, password)
	})
	if err != nil {
		return err
	}
	seen, err := c.countDevices()
	if err != nil {
		return err
	}
	fmt.Println("devices:", seen)
	return c.auth("revokeaccess", c.withAccess)
}

func main() {
	if err := run(os.Args[1], os.Args[2], os.Args[3]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
