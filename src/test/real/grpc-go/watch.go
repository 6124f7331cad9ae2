package main

import (
	"context"
	"errors"
	"strings"

	"google.golang.org/grpc/codes"

	api "example.com/sessions/mcpsession/v1"
)

func watched(s *setup) error {
	ctx, cancel := context.WithCancel(s.ctx)
	watch, err := s.first.WatchSessions(ctx, &api.WatchSessionsRequest{Owner: s.owner})
	if err != nil {
		cancel()
		return err
	}
	event, err := watch.Recv()
	if err != nil {
		cancel()
		return err
	}
	last := event.ResumeToken
	var made, seen []string
	for range 500 {
		made = append(made, s.must())
	}
	read := func(most int) error {
		for len(seen) < most {
			event, err := watch.Recv()
			if err != nil {
				return err
			}
			if event.Kind == api.SessionEventKind_SESSION_EVENT_KIND_CREATED {
				seen = append(seen, event.SessionId)
				last = event.ResumeToken
			}
		}
		return nil
	}
	err = read(200)
	cancel()
	if err != nil {
		return err
	}
	watch, err = s.second.WatchSessions(s.ctx, &api.WatchSessionsRequest{Owner: s.owner, ResumeToken: last})
	if err != nil {
		return err
	}
	if err = read(len(made)); err != nil {
		return err
	}
	bad, err := s.second.WatchSessions(s.ctx, &api.WatchSessionsRequest{ResumeToken: "?"})
	if err == nil {
		_, err = bad.Recv()
	}
	return errors.Join(equal(strings.Join(seen, " "), strings.Join(made, " ")),
		isFailed(err, codes.InvalidArgument, "REQUEST_INVALID"))
}
