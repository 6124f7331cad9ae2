// SessionService as grpc-go calls it: every method with its documented errors, health, reflection, watches, gzip,
// deadlines, balancing, and the tools of its surroundings.
//
// Arguments are name=value: addresses of gRPC (first, and second and third on its Redis; short, whose sessions are idle
// after a second; tight, which has little room and knows its callers), and files. Prints a line a case and at last the
// counts.
package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"regexp"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/encoding/gzip"

	api "example.com/sessions/mcpsession/v1"
)

const domain = "mcpsession.v1.SessionService"

var options = map[string]string{}

type test struct {
	name string
	run  func(*setup) error
}

// once are the cases that compressing changes nothing of. The last ones end servers.
var once = []test{
	{"callers are known by their tokens, and by their roles", callers},
	{"little room is told from none", room},
	{"a stream that is not read ends when too much waits", backlog},
	{"a stream that is not read ends when nobody reads for long", unread},
	{"a watch from too long ago says where to go on", compacted},
	{"what is no message is told", wire},
	{"streams end at their deadline", deadlines},
	{"grpcurl needs no file", grpcurl},
	{"grpc-health-probe", healthProbe},
	{"ghz", ghz},
	{"a call waits for a server that starts", waits},
	{"calls go to both replicas, and none fails while these restart", restarts},
	{"the store is away", storeAway},
	{"all documented reasons were met", allMet},
}

type setup struct {
	ctx                         context.Context
	conn                        *grpc.ClientConn
	first, second, third, short api.SessionServiceClient
	owner                       *api.Principal
	ends                        []func()
}

func (s *setup) later(end func()) {
	s.ends = append(s.ends, end)
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

func dial(address string, options ...grpc.DialOption) *grpc.ClientConn {
	conn, err := grpc.NewClient(address, append(options, grpc.WithTransportCredentials(insecure.NewCredentials()))...)
	if err != nil {
		panic(err)
	}
	return conn
}

// bearer is the token of a caller, which has the caller's name.
type bearer string

func (b bearer) GetRequestMetadata(context.Context, ...string) (map[string]string, error) {
	return map[string]string{"authorization": "Bearer " + string(b)}, nil
}

func (bearer) RequireTransportSecurity() bool { return false }

func run(it test, calls ...grpc.CallOption) (err error) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	s := &setup{ctx: ctx, owner: &api.Principal{Issuer: "https://issuer.example", Subject: "grpc-go-" + rand.Text()}}
	s.later(cancel)
	defer func() {
		for _, end := range s.ends {
			end()
		}
		if failure := recover(); failure != nil {
			err = fmt.Errorf("%v", failure)
		}
	}()
	for name, client := range map[string]*api.SessionServiceClient{"first": &s.first, "second": &s.second,
		"short": &s.short, "third": &s.third} {
		conn := dial(options[name], grpc.WithDefaultCallOptions(calls...))
		s.later(func() { conn.Close() })
		if name == "first" {
			s.conn = conn
		}
		*client = api.NewSessionServiceClient(conn)
	}
	return it.run(s)
}

func main() {
	for _, argument := range os.Args[1:] {
		name, value, _ := strings.Cut(argument, "=")
		options[name] = value
	}
	passed, wrong := 0, 0
	all := func(name string, tests []test, calls ...grpc.CallOption) {
		for _, it := range tests {
			if options["only"] != "" && !regexp.MustCompile(options["only"]).MatchString(it.name) {
				continue
			}
			begun := time.Now()
			if err := run(it, calls...); err != nil {
				wrong++
				fmt.Printf("FAIL  %s: %s\n%v\n", name, it.name, err)
			} else {
				passed++
				fmt.Printf("ok    %s: %s, %v\n", name, it.name, time.Since(begun).Round(time.Millisecond))
			}
		}
	}
	all("plain", cases)
	all("gzip", cases, grpc.UseCompressor(gzip.Name))
	all("once", once)
	fmt.Printf("%d passed, %d failed\n", passed, wrong)
	if wrong > 0 || passed == 0 {
		os.Exit(1)
	}
}
