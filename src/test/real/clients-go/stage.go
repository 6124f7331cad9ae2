package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"
)

func setting(name string) string {
	value, found := os.LookupEnv(name)
	if !found {
		panic(name + " is not set: run.sh starts this program")
	}
	return value
}

// ask has the stage do something, and returns when it is done.
func ask(path string) error {
	client := http.Client{Timeout: 2 * time.Minute}
	answer, err := client.Post(setting("MCP_STAGE")+path, "text/plain", nil)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	words, _ := io.ReadAll(answer.Body)
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("the stage cannot do %s: %s", path, strings.TrimSpace(string(words)))
	}
	return nil
}

// exchange is one HTTP request with the head of its answer.
type exchange struct {
	method, sent, got, lastEvent string
	status                       int
}

// wire carries what a client sends, and keeps what went over it. Of the token it knows only what the client leaves to
// it: go-sdk has no other way to set a header.
type wire struct {
	http.RoundTripper
	token func() string
	mu    sync.Mutex
	seen  []exchange
}

func (w *wire) RoundTrip(request *http.Request) (*http.Response, error) {
	if w.token != nil {
		request = request.Clone(request.Context())
		request.Header.Set("Authorization", "Bearer "+w.token())
	}
	answer, err := w.RoundTripper.RoundTrip(request)
	if err == nil {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.seen = append(w.seen, exchange{request.Method, request.Header.Get("Mcp-Session-Id"),
			answer.Header.Get("Mcp-Session-Id"), request.Header.Get("Last-Event-ID"), answer.StatusCode})
	}
	return answer, err
}

func (w *wire) all() []exchange {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]exchange(nil), w.seen...)
}

// saw says whether a request was answered with this status.
func (w *wire) saw(method string, status int) error {
	for _, it := range w.all() {
		if it.method == method && it.status == status {
			return nil
		}
	}
	return fmt.Errorf("no %s was answered with %d: %v", method, status, w.all())
}

func (w *wire) last(method string) (found exchange) {
	for _, it := range w.all() {
		if it.method == method {
			found = it
		}
	}
	return found
}

var results sync.Mutex

// tell writes one line of the matrix.
func tell(fields ...string) {
	results.Lock()
	defer results.Unlock()
	for at, field := range fields {
		fields[at] = strings.Join(strings.Fields(field), " ")
	}
	file, err := os.OpenFile(setting("MCP_RESULTS"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err == nil {
		_, err = file.WriteString(strings.Join(fields, "\t") + "\n")
		file.Close()
	}
	if err != nil {
		panic(err)
	}
}
