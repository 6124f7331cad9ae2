package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/metadata"
	reflection "google.golang.org/grpc/reflection/grpc_reflection_v1"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	api "example.com/sessions/mcpsession/v1"
)

func decision(s *setup, client api.SessionServiceClient, id string, principal *api.Principal) (api.Decision, error) {
	answer, err := client.ValidateSession(s.ctx, &api.ValidateSessionRequest{SessionId: id, Principal: principal})
	return answer.GetDecision(), err
}

func decided(s *setup, id string, principal *api.Principal, wanted api.Decision) error {
	found, err := decision(s, s.second, id, principal)
	return errors.Join(err, equal(found, wanted))
}

var foreign = &api.Principal{Issuer: "https://issuer.example", Subject: "somebody else"}

var cases = []test{
	{"a session is created and read", func(s *setup) error {
		made, err := s.create(func(r *api.CreateSessionRequest) {
			r.Client = &api.Client{Name: "grpc-go"}
			r.Attributes = map[string]string{"a": "1"}
		})
		if err != nil {
			return err
		}
		read, err := s.second.GetSession(s.ctx, &api.GetSessionRequest{SessionId: made.SessionId})
		return errors.Join(err, equal(read.GetClient().GetName(), "grpc-go"), equal(read.GetAttributes()["a"], "1"))
	}},
	{"create repeated with its request id gives the same session", func(s *setup) error {
		id := rand.Text()
		first, err := s.create(func(r *api.CreateSessionRequest) { r.RequestId = id })
		again, errAgain := s.create(func(r *api.CreateSessionRequest) { r.RequestId = id })
		_, reused := s.create(func(r *api.CreateSessionRequest) { r.RequestId = id; r.ProtocolVersion = "2025-06-18" })
		return errors.Join(err, errAgain, equal(again.GetSessionId(), first.GetSessionId()),
			isFailed(reused, codes.InvalidArgument, "REQUEST_ID_REUSED"))
	}},
	{"what breaks a rule is refused", func(s *setup) error {
		_, unowned := s.first.CreateSession(s.ctx, &api.CreateSessionRequest{ProtocolVersion: "2025-11-25"})
		_, malformed := s.first.GetSession(s.ctx, &api.GetSessionRequest{SessionId: "\n"})
		return errors.Join(isFailed(unowned, codes.InvalidArgument, "REQUEST_INVALID"),
			isFailed(malformed, codes.InvalidArgument, "SESSION_ID_MALFORMED"))
	}},
	{"unknown, deleted and revoked are told apart", func(s *setup) error {
		deleted, revoked := s.must(), s.must()
		_, err := s.first.DeleteSession(s.ctx, &api.DeleteSessionRequest{SessionId: deleted})
		_, again := s.second.DeleteSession(s.ctx, &api.DeleteSessionRequest{SessionId: deleted})
		_, missing := s.second.DeleteSession(s.ctx, &api.DeleteSessionRequest{SessionId: deleted, AllowMissing: true})
		count, errRevoke := s.first.RevokeUserSessions(s.ctx, &api.RevokeUserSessionsRequest{Owner: s.owner, Reason: "left"})
		_, get := s.second.GetSession(s.ctx, &api.GetSessionRequest{SessionId: revoked})
		meta, wrong := failed(get, codes.FailedPrecondition, "SESSION_REVOKED")
		return errors.Join(err, missing, errRevoke, wrong, equal(meta["reason"], "left"),
			equal(count.GetRevokedCount() >= 1, true), isFailed(again, codes.NotFound, "SESSION_NOT_FOUND"),
			decided(s, deleted, s.owner, api.Decision_DECISION_DELETED),
			decided(s, revoked, s.owner, api.Decision_DECISION_REVOKED),
			decided(s, deleted[:len(deleted)-8]+"AAAAAAAA", s.owner, api.Decision_DECISION_NOT_FOUND))
	}},
	{"an idle session expires", func(s *setup) error {
		made, err := s.short.CreateSession(s.ctx, &api.CreateSessionRequest{Owner: s.owner, ProtocolVersion: "2025-11-25"})
		if err != nil {
			return err
		}
		for {
			found, err := decision(s, s.short, made.SessionId, s.owner)
			if err != nil {
				return err
			}
			if found != api.Decision_DECISION_ACTIVE {
				_, touch := s.short.TouchSession(s.ctx, &api.TouchSessionRequest{SessionId: made.SessionId, Principal: s.owner})
				return errors.Join(equal(found, api.Decision_DECISION_EXPIRED),
					isFailed(touch, codes.FailedPrecondition, "SESSION_EXPIRED"))
			}
			time.Sleep(100 * time.Millisecond)
		}
	}},
	{"a session is its owner's only", func(s *setup) error {
		id := s.must()
		_, mine := s.second.TouchSession(s.ctx, &api.TouchSessionRequest{SessionId: id, Principal: s.owner})
		_, theirs := s.second.TouchSession(s.ctx, &api.TouchSessionRequest{SessionId: id, Principal: foreign})
		return errors.Join(mine, isFailed(theirs, codes.PermissionDenied, "SESSION_OWNER_MISMATCH"),
			decided(s, id, s.owner, api.Decision_DECISION_ACTIVE), decided(s, id, foreign, api.Decision_DECISION_OWNER_MISMATCH))
	}},
	{"a batch is answered in order, and one bad id spoils none", func(s *setup) error {
		batch := &api.BatchValidateSessionsRequest{}
		id := s.must()
		for range 100 {
			batch.Requests = append(batch.Requests, &api.ValidateSessionRequest{SessionId: id, Principal: s.owner})
		}
		batch.Requests[50].SessionId = "\n"
		answer, err := s.second.BatchValidateSessions(s.ctx, batch)
		if err != nil {
			return err
		}
		for at, result := range answer.Results {
			wanted := api.Decision_DECISION_ACTIVE
			if at == 50 {
				wanted = api.Decision_DECISION_UNSPECIFIED
			}
			err = errors.Join(err, equal(result.GetResponse().GetDecision(), wanted))
		}
		batch.Requests = append(batch.Requests, batch.Requests[0])
		_, tooMany := s.second.BatchValidateSessions(s.ctx, batch)
		return errors.Join(err, equal(len(answer.Results), 100), equal(answer.Results[50].GetError() != nil, true),
			isFailed(tooMany, codes.InvalidArgument, "REQUEST_INVALID"))
	}},
	{"many sessions are kept alive over one stream", func(s *setup) error {
		stream, err := s.second.KeepAlive(s.ctx)
		if err != nil {
			return err
		}
		for range 20 {
			id := s.must()
			err = errors.Join(err, stream.Send(&api.KeepAliveRequest{SessionId: id, Principal: s.owner}))
			answer, errAnswer := stream.Recv()
			err = errors.Join(err, errAnswer, equal(answer.GetSessionId(), id),
				equal(answer.GetDecision(), api.Decision_DECISION_ACTIVE))
		}
		err = errors.Join(err, stream.CloseSend())
		_, end := stream.Recv()
		return errors.Join(err, equal(end, io.EOF))
	}},
	{"attributes change by mask and etag", func(s *setup) error {
		made, err := s.create(func(r *api.CreateSessionRequest) { r.Attributes = map[string]string{"a": "1", "b": "2"} })
		if err != nil {
			return err
		}
		changed, err := s.second.UpdateSession(s.ctx, &api.UpdateSessionRequest{
			Session:    &api.Session{SessionId: made.SessionId, Etag: made.Etag, Attributes: map[string]string{"a": "3"}},
			UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"attributes.a"}}})
		_, stale := s.first.UpdateSession(s.ctx, &api.UpdateSessionRequest{
			Session: &api.Session{SessionId: made.SessionId, Etag: made.Etag}})
		meta, wrong := failed(stale, codes.Aborted, "SESSION_ETAG_MISMATCH")
		return errors.Join(err, wrong, equal(changed.GetAttributes()["a"]+changed.GetAttributes()["b"], "32"),
			equal(meta["etag"], changed.GetEtag()))
	}},
	{"large messages go both ways, sessions are listed by pages and counted", func(s *setup) error {
		attributes := map[string]string{}
		for at := range 64 {
			// Random text: what is compressed shall still be larger than a frame.
			attributes[fmt.Sprint(at)] = strings.Repeat(rand.Text(), 150)[:3900]
		}
		for range 5 {
			if _, err := s.create(func(r *api.CreateSessionRequest) { r.Attributes = attributes }); err != nil {
				return err
			}
		}
		found, token := int64(0), ""
		for {
			page, err := s.second.ListSessions(s.ctx, &api.ListSessionsRequest{Owner: s.owner, PageSize: 2, PageToken: token})
			if err != nil {
				return err
			}
			found += int64(len(page.Sessions))
			if token = page.NextPageToken; token == "" {
				break
			}
		}
		count, err := s.second.CountSessions(s.ctx, &api.CountSessionsRequest{Owner: s.owner})
		return errors.Join(err, equal(count.GetCount(), found), equal(found >= 5, true))
	}},
	{"a watch tells, and is resumed on the other replica", watched},
	{"health is checked and watched", func(s *setup) error {
		client := grpc_health_v1.NewHealthClient(s.conn)
		answer, err := client.Check(s.ctx, &grpc_health_v1.HealthCheckRequest{Service: domain})
		_, none := client.Check(s.ctx, &grpc_health_v1.HealthCheckRequest{Service: "none"})
		watch, errWatch := client.Watch(s.ctx, &grpc_health_v1.HealthCheckRequest{})
		if errWatch != nil {
			return errWatch
		}
		first, errFirst := watch.Recv()
		return errors.Join(err, errFirst, equal(answer.GetStatus(), grpc_health_v1.HealthCheckResponse_SERVING),
			equal(first.GetStatus(), grpc_health_v1.HealthCheckResponse_SERVING), equal(status.Code(none), codes.NotFound))
	}},
	{"reflection describes the service and the details of errors", func(s *setup) error {
		stream, err := reflection.NewServerReflectionClient(s.conn).ServerReflectionInfo(s.ctx)
		if err != nil {
			return err
		}
		for _, symbol := range []string{domain, "google.rpc.ErrorInfo"} {
			err = errors.Join(err, stream.Send(&reflection.ServerReflectionRequest{
				MessageRequest: &reflection.ServerReflectionRequest_FileContainingSymbol{FileContainingSymbol: symbol}}))
			answer, errAnswer := stream.Recv()
			err = errors.Join(err, errAnswer, equal(answer.GetFileDescriptorResponse() != nil, true))
		}
		return errors.Join(err, stream.CloseSend())
	}},
	{"what does not exist is unimplemented", func(s *setup) error {
		var err error
		for _, method := range []string{"/mcpsession.v1.SessionService/Nothing", "/none.Service/Nothing", "/x"} {
			call := s.conn.Invoke(s.ctx, method, &emptypb.Empty{}, &emptypb.Empty{})
			err = errors.Join(err, isFailed(call, codes.Unimplemented, "METHOD_UNKNOWN"))
		}
		return err
	}},
	{"a message or headers that are too large fail this call only", func(s *setup) error {
		_, message := s.first.GetSession(s.ctx, &api.GetSessionRequest{SessionId: strings.Repeat("x", 2<<20)})
		large := metadata.AppendToOutgoingContext(s.ctx, "x-large", strings.Repeat("x", 60_000))
		_, headers := s.first.CountSessions(large, &api.CountSessionsRequest{})
		_, after := s.first.CountSessions(s.ctx, &api.CountSessionsRequest{})
		code := status.Code(headers)
		return errors.Join(isFailed(message, codes.ResourceExhausted, "MESSAGE_TOO_LARGE"), after,
			equal(code == codes.ResourceExhausted || code == codes.Internal, true))
	}},
	{"64 callers with batches of 100", func(s *setup) error {
		batch := &api.BatchValidateSessionsRequest{}
		for range 100 {
			batch.Requests = append(batch.Requests, &api.ValidateSessionRequest{SessionId: s.must(), Principal: s.owner})
		}
		var group sync.WaitGroup
		errs := make(chan error, 64)
		for range 64 {
			group.Go(func() {
				for range 5 {
					answer, err := s.first.BatchValidateSessions(s.ctx, batch)
					if err == nil {
						err = equal(len(answer.Results), 100)
					}
					if err != nil {
						errs <- err
						return
					}
				}
			})
		}
		group.Wait()
		close(errs)
		var all error
		for err := range errs {
			all = errors.Join(all, err)
		}
		return all
	}},
}
