package main

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"

	"google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc/codes"
	states "google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
)

// frame is a message as it lies in the body.
func frame(flag byte, message string) string {
	length := binary.BigEndian.AppendUint32([]byte{flag}, uint32(len(message)))
	return string(length) + message
}

// raw is what grpc-go itself never sends: bodies and headers as they are given.
func raw(s *setup, body string, headers ...string) error {
	transport := &http.Transport{Protocols: new(http.Protocols)}
	transport.Protocols.SetUnencryptedHTTP2(true)
	defer transport.CloseIdleConnections()
	request, err := http.NewRequestWithContext(s.ctx, "POST",
		"http://"+options["first"]+"/mcpsession.v1.SessionService/CountSessions", bytes.NewReader([]byte(body)))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/grpc")
	request.Header.Set("Te", "trailers")
	for at := 0; at < len(headers); at += 2 {
		request.Header.Set(headers[at], headers[at+1])
	}
	answer, err := transport.RoundTrip(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if _, err := io.Copy(io.Discard, answer.Body); err != nil {
		return err
	}
	told := answer.Trailer
	if told.Get("Grpc-Status") == "" {
		told = answer.Header
	}
	code, err := strconv.Atoi(told.Get("Grpc-Status"))
	if err != nil || code == 0 {
		return err
	}
	bytes, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(told.Get("Grpc-Status-Details-Bin"), "="))
	if err != nil {
		return err
	}
	state := &status.Status{}
	if err := proto.Unmarshal(bytes, state); err != nil {
		return err
	}
	if err := equal(state.Code, int32(code)); err != nil {
		return err
	}
	return states.ErrorProto(state)
}

func wire(s *setup) error {
	served := raw(s, frame(0, ""))
	var err error
	for _, it := range []struct {
		body    string
		headers []string
		code    codes.Code
		reason  string
	}{
		{"", nil, codes.InvalidArgument, "REQUEST_UNREADABLE"},
		{frame(0, "") + frame(0, ""), nil, codes.InvalidArgument, "REQUEST_UNREADABLE"},
		{frame(0, "cut short")[:9], nil, codes.InvalidArgument, "REQUEST_UNREADABLE"},
		{frame(0, "no protobuf"), nil, codes.InvalidArgument, "REQUEST_UNREADABLE"},
		{frame(1, "x"), nil, codes.Internal, "ENCODING_MISSING"},
		{frame(1, "no gzip"), []string{"Grpc-Encoding", "gzip"}, codes.Internal, "MESSAGE_CORRUPT"},
		{frame(1, "x"), []string{"Grpc-Encoding", "br"}, codes.Unimplemented, "ENCODING_UNSUPPORTED"},
		{frame(0, "{}"), []string{"Content-Type", "application/grpc+json"}, codes.Unimplemented, "SUBTYPE_UNSUPPORTED"},
	} {
		err = errors.Join(err, isFailed(raw(s, it.body, it.headers...), it.code, it.reason))
	}
	return errors.Join(served, err)
}
