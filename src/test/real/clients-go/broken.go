package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"syscall"
	"time"
)

// refused is a client that comes with a token, or goes on with it in the middle of a session.
func refused(token string) func(context.Context, *visit) error {
	return func(ctx context.Context, v *visit) error {
		stranger := newVisit(v.kind, v.revision)
		stranger.token = token
		defer stranger.close()
		begun := stranger.connect(ctx)
		v.token = token
		_, gone := v.client.call(ctx, call{tool: "test_simple_text"})
		return errors.Join(equal(begun != nil, true), equal(gone != nil, true),
			stranger.wire.saw("POST", http.StatusUnauthorized), v.wire.saw("POST", http.StatusUnauthorized))
	}
}

// wrongToken is also that of another user, for whom somebody's session does not exist: there is none, or a new one.
func wrongToken(ctx context.Context, v *visit) error {
	if v.sessions() {
		thief := newVisit(v.kind, v.revision)
		defer thief.close()
		if err := thief.connect(ctx); err != nil {
			return err
		}
		thief.token = setting("MCP_OTHER_TOKEN")
		id := thief.client.session()
		thief.client.call(ctx, call{tool: "test_simple_text"})
		last := thief.wire.last("POST")
		if last.sent != id || last.status != http.StatusNotFound && (last.status != http.StatusOK || last.got == id) {
			return fmt.Errorf("somebody else's session: %v", last)
		}
	}
	return refused("of nobody")(ctx, v)
}

// goesOn is how a client gets over the end of its session: it does not notice, or it is told and connects anew.
func goesOn(policy string) func(context.Context, *visit) error {
	return func(ctx context.Context, v *visit) error {
		before := v.client.session()
		err := within(ctx, 10*time.Second, v.simple)
		if policy != "strict" || !v.sessions() {
			if err == nil {
				// It goes on more than once, also with what it was told the first time.
				return within(ctx, 10*time.Second, v.simple)
			}
			return errors.Join(err, again(ctx, v))
		}
		if err == nil {
			return errors.New("the session had ended, and nobody told")
		}
		if err := v.wire.saw("POST", http.StatusNotFound); err != nil {
			return err
		}
		return errors.Join(again(ctx, v), equal(v.client.session() != before, true))
	}
}

// again is how every client gets over everything: it connects anew. Where even that fails nothing excuses it.
func again(ctx context.Context, v *visit) error {
	v.client.close()
	err := v.connect(ctx)
	if err == nil {
		err = v.simple(ctx)
	}
	if err != nil {
		v.hopeless = true
	}
	return err
}

func simple(ctx context.Context, v *visit) error { return v.simple(ctx) }

// begins calls on and on until stopped. A connection may end while the call is on its way to a replica that stops, as
// the front does not know which one that is; the next call is served.
func begins(_ context.Context, v *visit) error {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	done := make(chan error, 1)
	count, cut := 0, 0
	go func() {
		for ctx.Err() == nil {
			// The call has no end but its own, so that it is finished and not cut short.
			err := within(context.Background(), 20*time.Second, v.simple)
			if err != nil && lost(err) {
				cut++
				err = within(context.Background(), 20*time.Second, v.simple)
			}
			if err != nil {
				done <- fmt.Errorf("after %d calls: %w", count, err)
				return
			}
			count++
			time.Sleep(20 * time.Millisecond)
		}
		done <- nil
	}()
	v.kept = func() error {
		cancel()
		return errors.Join(<-done, equal(count > 20, true), equal(cut <= 2, true))
	}
	return nil
}

func lost(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)
}

// ends the calling; what was called is still there.
func ends(ctx context.Context, v *visit) error {
	return errors.Join(v.kept.(func() error)(), v.simple(ctx))
}

// alternates has each request on a connection of its own, so that replicas take turns, and answers to questions reach
// the one that did not ask.
func alternates(ctx context.Context, v *visit) error {
	replicas := map[string]bool{}
	which, err := handle(ctx, v)
	if err != nil {
		return err
	}
	for round := range 10 {
		words := fmt.Sprintf("round %d", round)
		found, err := v.client.call(ctx, call{tool: "test_elicitation", arguments: map[string]any{"message": words}})
		if err := errors.Join(err, equal(strings.Contains(found.text, `"to `+words+`"`), true)); err != nil {
			return err
		}
		info, err := v.client.call(ctx, call{tool: "session_info", arguments: which})
		if err != nil {
			return err
		}
		for _, replica := range []string{"first", "second"} {
			replicas[replica] = replicas[replica] || strings.Contains(info.text, `"`+replica+`"`)
		}
	}
	return equal(fmt.Sprint(replicas), "map[first:true second:true]")
}

func fresh(ctx context.Context, v *visit) error {
	v.wire.RoundTripper.(*http.Transport).DisableKeepAlives = true
	return v.connect(ctx)
}

const steps = 30

// streams has a call in progress.
func streams(ctx context.Context, v *visit) error {
	if err := v.connect(ctx); err != nil {
		return err
	}
	done := make(chan error, 1)
	go func() {
		done <- within(ctx, 40*time.Second, func(ctx context.Context) error {
			found, err := v.client.call(ctx, call{tool: "test_steps", progress: true,
				arguments: map[string]any{"steps": fmt.Sprint(steps)}})
			return errors.Join(err, equal(found.text, fmt.Sprintf("Completed %d steps", steps)))
		})
	}()
	v.kept = done
	return within(ctx, 10*time.Second, func(ctx context.Context) error { return until(ctx, v.heard.progress, 3) })
}

// streamed has the result, and everything before it once.
func streamed(ctx context.Context, v *visit) error {
	if err := <-v.kept.(chan error); err != nil {
		return errors.Join(err, again(ctx, v))
	}
	resumed := false
	for _, it := range v.wire.all() {
		resumed = resumed || it.method == "GET" && it.lastEvent != "" && it.status == http.StatusOK
	}
	return errors.Join(equal(resumed, true), within(ctx, 5*time.Second, func(ctx context.Context) error {
		for wanted := 4; wanted <= steps; wanted++ {
			select {
			case found := <-v.heard.progress:
				if found != float64(wanted) {
					return fmt.Errorf("step %v instead of %d", found, wanted)
				}
			case <-ctx.Done():
				return fmt.Errorf("no step %d", wanted)
			}
		}
		return v.simple(ctx)
	}))
}
