// SessionService as grpc-go calls it: every method with its documented errors, health, reflection, watches, gzip.
//
// Arguments: gRPC address of two replicas on one Redis, gRPC address of a server whose sessions are idle after a
// second. Prints a line a case and at last the counts.
package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/encoding/gzip"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/metadata"
	reflection "google.golang.org/grpc/reflection/grpc_reflection_v1"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	api "mcpsession.example/grpc-go/mcpsession/v1"
)

const domain = "mcpsession.v1.SessionService"

type setup struct {
	ctx                  context.Context
	conn                 *grpc.ClientConn
	first, second, short api.SessionServiceClient
	owner                *api.Principal
}

func (s *setup) create(change func(*api.CreateSessionRequest)) (*api.Session, error) {
	request := &api.CreateSessionRequest{Owner: s.owner, ProtocolVersion: "2025-11-25"}
	if change != nil {
		change(request)
	}
	return s.first.CreateSession(s.ctx, request)
}

// must is the id of a new session.
func (s *setup) must() string {
	made, err := s.create(nil)
	if err != nil {
		panic(err)
	}
	return made.SessionId
}

func equal[T comparable](found, wanted T) error {
	if found != wanted {
		return fmt.Errorf("%v instead of %v", found, wanted)
	}
	return nil
}

// failed says whether a call failed as it must, and with which metadata.
func failed(err error, code codes.Code, reason string) (map[string]string, error) {
	state, ok := status.FromError(err)
	if !ok || state.Code() != code {
		return nil, fmt.Errorf("%v instead of %v %s", err, code, reason)
	}
	for _, detail := range state.Details() {
		if info, ok := detail.(*errdetails.ErrorInfo); ok {
			if info.Reason != reason || info.Domain != domain {
				return nil, fmt.Errorf("%s of %s instead of %s", info.Reason, info.Domain, reason)
			}
			return info.Metadata, nil
		}
	}
	return nil, fmt.Errorf("no ErrorInfo: %v", err)
}

func isFailed(err error, code codes.Code, reason string) error {
	_, wrong := failed(err, code, reason)
	return wrong
}

func decision(s *setup, client api.SessionServiceClient, id string, principal *api.Principal) (api.Decision, error) {
	answer, err := client.ValidateSession(s.ctx, &api.ValidateSessionRequest{SessionId: id, Principal: principal})
	return answer.GetDecision(), err
}

func decided(s *setup, id string, principal *api.Principal, wanted api.Decision) error {
	found, err := decision(s, s.second, id, principal)
	return errors.Join(err, equal(found, wanted))
}

var foreign = &api.Principal{Issuer: "https://issuer.example", Subject: "somebody else"}

var cases = []struct {
	name string
	run  func(*setup) error
}{
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
			err = errors.Join(err, equal(status.Code(call), codes.Unimplemented))
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

func dial(address string, options ...grpc.CallOption) *grpc.ClientConn {
	conn, err := grpc.NewClient(address, grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultCallOptions(options...))
	if err != nil {
		panic(err)
	}
	return conn
}

func run(test func(*setup) error, options []grpc.CallOption) (err error) {
	defer func() {
		if failure := recover(); failure != nil {
			err = fmt.Errorf("%v", failure)
		}
	}()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	s := &setup{ctx: ctx, owner: &api.Principal{Issuer: "https://issuer.example", Subject: "grpc-go-" + rand.Text()}}
	clients := make([]api.SessionServiceClient, 3)
	for at := range clients {
		conn := dial(os.Args[1+at], options...)
		defer conn.Close()
		if at == 0 {
			s.conn = conn
		}
		clients[at] = api.NewSessionServiceClient(conn)
	}
	s.first, s.second, s.short = clients[0], clients[1], clients[2]
	return test(s)
}

func main() {
	passed, wrong := 0, 0
	for name, options := range map[string][]grpc.CallOption{"plain": nil, "gzip": {grpc.UseCompressor(gzip.Name)}} {
		for _, test := range cases {
			if err := run(test.run, options); err != nil {
				wrong++
				fmt.Printf("FAIL  %s: %s\n%v\n", name, test.name, err)
			} else {
				passed++
				fmt.Printf("ok    %s: %s\n", name, test.name)
			}
		}
	}
	fmt.Printf("%d passed, %d failed\n", passed, wrong)
	if wrong > 0 {
		os.Exit(1)
	}
}
