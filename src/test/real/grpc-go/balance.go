package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	_ "google.golang.org/grpc/health"
	"google.golang.org/grpc/peer"
	"google.golang.org/grpc/resolver"
	"google.golang.org/grpc/resolver/manual"
	"google.golang.org/grpc/stats"
	"google.golang.org/grpc/status"

	api "example.com/sessions/mcpsession/v1"
)

// retries is how often a call is repeated that may succeed a moment later.
const retries = `{"methodConfig": [{"name": [{"service": "mcpsession.v1.SessionService"}], "waitForReady": true,
	"timeout": "20s", "retryPolicy": {"maxAttempts": 4, "initialBackoff": "0.1s", "maxBackoff": "1s",
		"backoffMultiplier": 2, "retryableStatusCodes": ["UNAVAILABLE"]}}]}`

// policy is what a service with two replicas before it would configure. It calls none that is not healthy.
var policy = `{"loadBalancingConfig": [{"round_robin": {}}],
	"healthCheckConfig": {"serviceName": "mcpsession.v1.SessionService"}, ` + retries[1:]

var wishes, granted = os.NewFile(3, "wishes"), bufio.NewReader(os.NewFile(4, "granted"))

// ask has run.sh stop, start, hold or release a server; returns when it is done.
func ask(wish string) error {
	if _, err := fmt.Fprintln(wishes, wish); err != nil {
		return err
	}
	answer, err := granted.ReadString('\n')
	return errors.Join(err, equal(strings.TrimSpace(answer), "done"))
}

// attempts counts how often calls went out.
type attempts struct{ atomic.Int64 }

func (a *attempts) TagRPC(ctx context.Context, _ *stats.RPCTagInfo) context.Context { return ctx }
func (a *attempts) TagConn(ctx context.Context, _ *stats.ConnTagInfo) context.Context {
	return ctx
}
func (a *attempts) HandleConn(context.Context, stats.ConnStats) {}
func (a *attempts) HandleRPC(_ context.Context, it stats.RPCStats) {
	if begin, ok := it.(*stats.Begin); ok && !begin.IsTransparentRetryAttempt {
		a.Add(1)
	}
}

func balanced(s *setup) api.SessionServiceClient {
	replicas := manual.NewBuilderWithScheme("replicas")
	replicas.InitialState(resolver.State{Addresses: []resolver.Address{
		{Addr: options["second"]}, {Addr: options["third"]}}})
	conn := dial("replicas:///sessions", grpc.WithResolvers(replicas), grpc.WithDefaultServiceConfig(policy))
	s.later(func() { conn.Close() })
	return api.NewSessionServiceClient(conn)
}

// restarts has both replicas restarted in turn, and none of many calls fail.
func restarts(s *setup) error {
	client := balanced(s)
	id := s.must()
	var served sync.Map
	calling := func(ctx context.Context) error {
		var from peer.Peer
		answer, err := client.ValidateSession(ctx, &api.ValidateSessionRequest{SessionId: id, Principal: s.owner}, grpc.Peer(&from))
		if err == nil {
			served.Store(from.Addr.String(), true)
		}
		return errors.Join(err, equal(answer.GetDecision(), api.Decision_DECISION_ACTIVE))
	}
	over := make(chan struct{})
	errs := make([]error, 8)
	var calls atomic.Int64
	var group sync.WaitGroup
	for at := range errs {
		group.Go(func() {
			for errs[at] == nil {
				select {
				case <-over:
					return
				case <-time.After(2 * time.Millisecond):
					errs[at] = calling(s.ctx)
					calls.Add(1)
				}
			}
		})
	}
	var err error
	for _, wish := range []string{"stop second", "start second", "stop third", "start third"} {
		err = errors.Join(err, ask(wish))
	}
	close(over)
	group.Wait()
	// Both are called again, as soon as their health is known.
	served.Clear()
	for limit := time.Now().Add(20 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		err = errors.Join(err, calling(s.ctx))
		_, second := served.Load(options["second"])
		_, third := served.Load(options["third"])
		if err != nil || second && third {
			break
		}
		if time.Now().After(limit) {
			return fmt.Errorf("called again: second %v, third %v", second, third)
		}
	}
	return errors.Join(err, errors.Join(errs...), equal(calls.Load() > 100, true))
}

// waits is a call that begins while there is no server.
func waits(s *setup) error {
	if err := ask("stop third"); err != nil {
		return err
	}
	_, hasty := s.third.CountSessions(s.ctx, &api.CountSessionsRequest{})
	done := make(chan error, 1)
	go func() {
		_, err := s.third.CountSessions(s.ctx, &api.CountSessionsRequest{}, grpc.WaitForReady(true))
		done <- err
	}()
	err := ask("start third")
	return errors.Join(err, <-done, equal(status.Code(hasty), codes.Unavailable))
}

// storeAway: a replica does not answer in time, and then Redis is gone, with the server it belongs to.
func storeAway(s *setup) error {
	asked := &api.CountSessionsRequest{Owner: s.owner}
	stopping, err := s.first.WatchSessions(s.ctx, &api.WatchSessionsRequest{})
	if err == nil {
		_, err = stopping.Recv()
	}
	if err := errors.Join(err, ask("hold second")); err != nil {
		return err
	}
	begun := time.Now()
	ctx, cancel := context.WithTimeout(s.ctx, 300*time.Millisecond)
	_, late := s.second.CountSessions(ctx, asked)
	cancel()
	took := time.Since(begun)
	err = errors.Join(ask("release second"), equal(status.Code(late), codes.DeadlineExceeded), equal(took < time.Second, true))
	if err := errors.Join(err, ask("stop first")); err != nil {
		return err
	}
	for err == nil {
		_, err = stopping.Recv()
	}
	ended := isFailed(err, codes.Unavailable, "SERVER_STOPPING")
	begun = time.Now()
	_, away := s.second.CountSessions(s.ctx, asked)
	took = time.Since(begun)
	counted := &attempts{}
	conn := dial(options["second"], grpc.WithDefaultServiceConfig(retries), grpc.WithStatsHandler(counted))
	defer conn.Close()
	_, again := api.NewSessionServiceClient(conn).CountSessions(s.ctx, asked)
	return errors.Join(ended, isFailed(away, codes.Unavailable, "STORE_UNAVAILABLE"), equal(took < 3*time.Second, true),
		isFailed(again, codes.Unavailable, "STORE_UNAVAILABLE"), equal(counted.Load(), 4))
}

func deadlines(s *setup) error {
	ctx, cancel := context.WithTimeout(s.ctx, time.Second)
	defer cancel()
	begun := time.Now()
	watch, err := s.first.WatchSessions(ctx, &api.WatchSessionsRequest{Owner: s.owner})
	for err == nil {
		_, err = watch.Recv()
	}
	alive, errAlive := s.first.KeepAlive(ctx)
	if errAlive == nil {
		_, errAlive = alive.Recv()
	}
	took := time.Since(begun)
	return errors.Join(equal(status.Code(err), codes.DeadlineExceeded), equal(status.Code(errAlive), codes.DeadlineExceeded),
		equal(took > 900*time.Millisecond && took < 5*time.Second, true))
}
