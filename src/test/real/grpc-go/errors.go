package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"regexp"
	"strings"
	"sync"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	api "example.com/sessions/mcpsession/v1"
)

// documented is what the proto says comes with each reason besides ErrorInfo, and its metadata.
var documented = map[string]string{
	"SESSION_ID_MALFORMED": "BadRequest", "REQUEST_INVALID": "BadRequest", "REQUEST_ID_REUSED": "BadRequest",
	"REQUEST_UNREADABLE": "", "MESSAGE_TOO_LARGE": "", "SESSION_NOT_FOUND": "ResourceInfo", "SESSION_EXPIRED": "kind",
	"SESSION_REVOKED": "reason", "SESSION_OWNER_MISMATCH": "", "SESSION_ETAG_MISMATCH": "etag",
	"SESSION_LIMIT_PER_USER": "QuotaFailure RetryInfo", "SESSION_LIMIT_TOTAL": "QuotaFailure RetryInfo",
	"STREAM_LIMIT": "QuotaFailure RetryInfo", "RATE_LIMIT": "QuotaFailure RetryInfo", "STREAM_BACKLOG_FULL": "RetryInfo",
	"WATCH_TOKEN_COMPACTED": "oldest", "SERVER_STOPPING": "RetryInfo", "STORE_UNAVAILABLE": "RetryInfo",
	"ANSWERS_UNREAD": "RetryInfo", "CALLER_UNKNOWN": "", "CALLER_NOT_ALLOWED": "role", "METHOD_UNKNOWN": "",
	"ENCODING_UNSUPPORTED": "", "SUBTYPE_UNSUPPORTED": "", "ENCODING_MISSING": "", "MESSAGE_CORRUPT": "",
}

// unprovoked are the others: a fault of the server, what only Envoy's Check answers, and what takes a heap that is full.
var unprovoked = map[string]bool{"INTERNAL": true, "ISSUER_UNAVAILABLE": true, "MESSAGE_MEMORY": true}

var met sync.Map

// failed says whether a call failed as it must, with the details that its reason is documented with; gives the metadata.
func failed(err error, code codes.Code, reason string) (map[string]string, error) {
	state, ok := status.FromError(err)
	if !ok || state.Code() != code {
		return nil, fmt.Errorf("%v instead of %v %s", err, code, reason)
	}
	return detailed(state, reason)
}

func detailed(state *status.Status, reason string) (map[string]string, error) {
	var infos []*errdetails.ErrorInfo
	var others []string
	for _, detail := range state.Details() {
		switch detail := detail.(type) {
		case *errdetails.ErrorInfo:
			infos = append(infos, detail)
		case *errdetails.RetryInfo:
			others = append(others, "RetryInfo")
			if detail.RetryDelay.AsDuration() <= 0 {
				return nil, fmt.Errorf("%s says to retry in %v", reason, detail.RetryDelay)
			}
		default:
			others = append(others, strings.TrimPrefix(fmt.Sprintf("%T", detail), "*errdetails."))
		}
	}
	if len(infos) != 1 || infos[0].Reason != reason || infos[0].Domain != domain {
		return nil, fmt.Errorf("%v instead of one ErrorInfo of %s: %s", infos, reason, state.Message())
	}
	for key := range infos[0].Metadata {
		others = append(others, key)
	}
	met.Store(reason, true)
	return infos[0].Metadata, equal(strings.Join(others, " "), documented[reason])
}

func isFailed(err error, code codes.Code, reason string) error {
	_, wrong := failed(err, code, reason)
	return wrong
}

// all reasons of the contract were met by one case or another.
func allMet(*setup) error {
	proto, err := os.ReadFile(options["proto"])
	found := 0
	for _, line := range regexp.MustCompile(`(?m)^//   [A-Z_]+ +([A-Z_]+)(  |$)`).FindAllStringSubmatch(string(proto), -1) {
		found++
		if _, ok := met.Load(line[1]); !ok && !unprovoked[line[1]] {
			err = errors.Join(err, fmt.Errorf("%s was not met", line[1]))
		}
	}
	return errors.Join(err, equal(found, len(documented)+len(unprovoked)))
}

// tight is a server with little room that knows its callers.
func tight(s *setup, caller string) api.SessionServiceClient {
	conn := dial(options["tight"], grpc.WithPerRPCCredentials(bearer(caller)))
	s.later(func() { conn.Close() })
	return api.NewSessionServiceClient(conn)
}

func callers(s *setup) error {
	request := &api.CountSessionsRequest{}
	_, unknown := tight(s, "nobody").CountSessions(s.ctx, request)
	_, err := tight(s, "reader").CountSessions(s.ctx, request)
	_, barred := tight(s, "reader").RevokeUserSessions(s.ctx, &api.RevokeUserSessionsRequest{Owner: s.owner})
	meta, wrong := failed(barred, codes.PermissionDenied, "CALLER_NOT_ALLOWED")
	return errors.Join(isFailed(unknown, codes.Unauthenticated, "CALLER_UNKNOWN"), err, wrong, equal(meta["role"], "admin"))
}

func room(s *setup) error {
	admin := tight(s, "admin")
	open := func(subject string) error {
		_, err := admin.CreateSession(s.ctx, &api.CreateSessionRequest{ProtocolVersion: "2025-11-25",
			Owner: &api.Principal{Issuer: "https://issuer.example", Subject: subject}})
		return err
	}
	err := errors.Join(open("one"), open("one"), isFailed(open("one"), codes.ResourceExhausted, "SESSION_LIMIT_PER_USER"))
	// All sessions are counted every few seconds.
	var full error
	for limit := time.Now().Add(30 * time.Second); full == nil && time.Now().Before(limit); time.Sleep(50 * time.Millisecond) {
		full = open(rand.Text())
	}
	err = errors.Join(err, isFailed(full, codes.ResourceExhausted, "SESSION_LIMIT_TOTAL"))
	watcher := tight(s, "watcher")
	for at := range 3 {
		watch, errWatch := watcher.WatchSessions(s.ctx, &api.WatchSessionsRequest{})
		if errWatch != nil {
			return errWatch
		}
		if _, errWatch = watch.Recv(); at < 2 {
			err = errors.Join(err, errWatch)
		} else {
			err = errors.Join(err, isFailed(errWatch, codes.ResourceExhausted, "STREAM_LIMIT"))
		}
	}
	hasty := tight(s, "hasty")
	for limit := time.Now().Add(20 * time.Second); time.Now().Before(limit); {
		if _, refused := hasty.CountSessions(s.ctx, &api.CountSessionsRequest{}); refused != nil {
			return errors.Join(err, isFailed(refused, codes.ResourceExhausted, "RATE_LIMIT"))
		}
	}
	return errors.Join(err, errors.New("nobody was too hasty"))
}

// backlog is of a client that sends without reading.
func backlog(s *setup) error {
	request := &api.KeepAliveRequest{SessionId: s.must(), Principal: s.owner}
	stream, err := s.first.KeepAlive(s.ctx)
	for at := 0; err == nil && at < 20_000; at++ {
		err = stream.Send(request)
	}
	if err != nil {
		return err
	}
	return isFailed(drained(stream), codes.ResourceExhausted, "STREAM_BACKLOG_FULL")
}

func unread(s *setup) error {
	conn := dial(options["first"], grpc.WithInitialWindowSize(65_535), grpc.WithInitialConnWindowSize(1<<20))
	defer conn.Close()
	request := &api.KeepAliveRequest{SessionId: s.must(), Principal: s.owner}
	stream, err := api.NewSessionServiceClient(conn).KeepAlive(s.ctx)
	for at := 0; err == nil && at < 2_000; at++ {
		err = stream.Send(request)
	}
	if err != nil {
		return err
	}
	// As the proto says, 15 s; this client has no other way to let time pass without reading.
	time.Sleep(18 * time.Second)
	err = drained(stream)
	if status.Code(err) == codes.Internal && strings.Contains(err.Error(), "unexpected EOF") {
		// The last answer was cut where the client's window ended, and grpc-go tells of that, not of the status behind it.
		met.Store("ANSWERS_UNREAD", true)
		return nil
	}
	return isFailed(err, codes.Unavailable, "ANSWERS_UNREAD")
}

func drained(stream grpc.BidiStreamingClient[api.KeepAliveRequest, api.KeepAliveResponse]) error {
	for {
		if _, err := stream.Recv(); err != nil {
			return err
		}
	}
}

// compacted has so much happen that the first token leads nowhere any more.
func compacted(s *setup) error {
	watch, err := s.first.WatchSessions(s.ctx, &api.WatchSessionsRequest{Owner: s.owner})
	if err != nil {
		return err
	}
	begin, err := watch.Recv()
	if err != nil {
		return err
	}
	errs := make([]error, 16)
	var group sync.WaitGroup
	for at := range errs {
		group.Go(func() {
			// Each beyond a user's hundred is two events, as it evicts another one.
			for made := 0; made < 14_000/len(errs) && errs[at] == nil; made++ {
				_, errs[at] = s.create(nil)
			}
		})
	}
	group.Wait()
	watch, err = s.second.WatchSessions(s.ctx, &api.WatchSessionsRequest{Owner: s.owner, ResumeToken: begin.ResumeToken})
	for err == nil {
		var event *api.SessionEvent
		if event, err = watch.Recv(); err == nil && event.Kind != api.SessionEventKind_SESSION_EVENT_KIND_CHECKPOINT {
			return fmt.Errorf("%v is told, and what was before it is missing", event.Kind)
		}
	}
	meta, wrong := failed(err, codes.OutOfRange, "WATCH_TOKEN_COMPACTED")
	if err := errors.Join(wrong, errors.Join(errs...)); err != nil {
		return err
	}
	watch, err = s.second.WatchSessions(s.ctx, &api.WatchSessionsRequest{Owner: s.owner, ResumeToken: meta["oldest"]})
	if err == nil {
		_, err = watch.Recv()
	}
	return err
}
