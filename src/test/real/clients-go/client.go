package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

const stateless = "2026-07-28"

// client is what both SDKs can do, in the words of the cases.
type client interface {
	revision() string
	server() string
	session() string
	tools(context.Context) ([]string, error)
	resources(context.Context) ([]string, error)
	templates(context.Context) ([]string, error)
	prompts(context.Context) ([]string, error)
	call(context.Context, call) (answer, error)
	read(ctx context.Context, uri string) (text string, blob []byte, err error)
	prompt(ctx context.Context, name string, arguments map[string]string) (answer, error)
	// complete is of a prompt's argument, or of a variable where the name is a template's.
	complete(ctx context.Context, name, argument, value string) ([]string, error)
	level(context.Context, string) error
	// subscribe returns what ends the subscription.
	subscribe(ctx context.Context, uri string) (func() error, error)
	// listen has the client hear of changed lists, where it does not from the start.
	listen(context.Context) error
	// code is the one of JSON-RPC that an error came with; 0 for none.
	code(error) int
	close() error
}

// call is a tool call. Log messages of this level are asked for with it, where it is not the session that has one.
type call struct {
	tool      string
	arguments map[string]any
	progress  bool
	level     string
}

// answer has the kind of each block of content, and the text of those that are texts.
type answer struct {
	kinds      []string
	text       string
	structured map[string]any
	failed     bool
}

// heard is what reached the handlers of a client.
type heard struct {
	progress chan float64
	logs     chan string
	updated  chan string
	changed  chan string
}

// decline is the message of an elicitation that the user declines.
const decline = "Decline this"

// kind is an SDK, and what is known that it cannot do.
type kind struct {
	name, module string
	revisions    []string
	open         func(context.Context, *visit) (client, error)
	limits       []limit
}

// limit excuses a case that fails with these words in its error, and no other failure of it.
type limit struct {
	name      string
	revisions []string
	words     string
	reason    string
}

// excuse is why the client cannot do what it failed at; empty where there is none.
func (v *visit) excuse(test string, err error) string {
	for _, it := range v.kind.limits {
		if it.name == test && !v.hopeless && strings.Contains(err.Error(), it.words) &&
			(it.revisions == nil || slices.Contains(it.revisions, v.revision)) {
			return it.reason
		}
	}
	return ""
}

// visit is one case as one client of one revision sees it.
type visit struct {
	kind     *kind
	revision string
	url      string
	token    string
	wire     *wire
	heard    heard
	client   client
	// kept is what one step leaves to the next.
	kept any
	// hopeless is a client that nothing excuses.
	hopeless bool
}

func newVisit(kind *kind, revision string) *visit {
	v := &visit{kind: kind, revision: revision, url: setting("MCP_URL"), token: setting("MCP_TOKEN"),
		heard: heard{make(chan float64, 1000), make(chan string, 1000), make(chan string, 1000), make(chan string, 1000)}}
	v.wire = &wire{RoundTripper: http.DefaultTransport.(*http.Transport).Clone()}
	return v
}

func (v *visit) sessions() bool {
	return v.revision != stateless
}

func (v *visit) connect(ctx context.Context) (err error) {
	v.client, err = v.kind.open(ctx, v)
	return err
}

func (v *visit) close() {
	if v.client != nil {
		v.client.close()
	}
	v.wire.RoundTripper.(*http.Transport).CloseIdleConnections()
}

// simple calls the simplest tool.
func (v *visit) simple(ctx context.Context) error {
	found, err := v.client.call(ctx, call{tool: "test_simple_text"})
	return errors.Join(err, equal(found.text, "This is a simple text response for testing."))
}

func (v *visit) says(ctx context.Context, words string, tool string, arguments map[string]any) error {
	found, err := v.client.call(ctx, call{tool: tool, arguments: arguments})
	return errors.Join(err, equal(found.text, words), equal(found.failed, false))
}

func equal[T comparable](found, wanted T) error {
	if found != wanted {
		return fmt.Errorf("%v instead of %v", found, wanted)
	}
	return nil
}

// until waits for a value; the others before it are no fault.
func until[T comparable](ctx context.Context, from <-chan T, wanted T) error {
	for {
		select {
		case found := <-from:
			if found == wanted {
				return nil
			}
		case <-ctx.Done():
			return fmt.Errorf("%v was not heard", wanted)
		}
	}
}

// within is a context for what shall happen soon.
func within(ctx context.Context, limit time.Duration, run func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	return run(ctx)
}
