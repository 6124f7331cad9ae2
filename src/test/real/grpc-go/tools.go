package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"strings"
)

func tool(s *setup, name string, arguments ...string) (string, error) {
	words, err := exec.CommandContext(s.ctx, options["bin"]+"/"+name, arguments...).CombinedOutput()
	if exit := new(exec.ExitError); errors.As(err, &exit) {
		return string(words), fmt.Errorf("%s ended with %d: %s", name, exit.ExitCode(), words)
	}
	return string(words), err
}

// grpcurl is run as proto/README.md shows it, and finds everything by reflection.
func grpcurl(s *setup) error {
	listed, err := tool(s, "grpcurl", "-plaintext", options["first"], "list", domain)
	shown := strings.Fields(strings.ReplaceAll(options["grpcurl"], "127.0.0.1:9090", options["first"]))
	for at, word := range shown {
		shown[at] = strings.Trim(word, "'")
	}
	failure, errShown := tool(s, shown[0], shown[1:]...)
	made, errMade := tool(s, "grpcurl", "-plaintext", "-d", fmt.Sprintf(
		`{"owner": {"subject": %q}, "protocol_version": "2025-11-25"}`, s.owner.Subject), options["second"], domain+"/CreateSession")
	var session struct {
		ID string `json:"session_id"`
	}
	return errors.Join(err, equal(len(strings.Fields(listed)), 12), errMade, json.Unmarshal([]byte(made), &session),
		equal(session.ID != "", true), equal(errShown != nil, true),
		equal(strings.Contains(failure, `"reason": "SESSION_ID_MALFORMED"`), true))
}

func healthProbe(s *setup) error {
	_, err := tool(s, "grpc-health-probe", "-addr", options["first"], "-service", domain)
	_, unknown := tool(s, "grpc-health-probe", "-addr", options["first"], "-service", "none")
	return errors.Join(err, equal(unknown != nil && strings.Contains(unknown.Error(), "ended with 3"), true))
}

func ghz(s *setup) error {
	request, err := json.Marshal(map[string]any{"session_id": s.must(),
		"principal": map[string]string{"issuer": s.owner.Issuer, "subject": s.owner.Subject}})
	if err != nil {
		return err
	}
	words, err := tool(s, "ghz", "--insecure", "--call", domain+".ValidateSession", "-d", string(request), "-c", "32",
		"-n", "2000", "-O", "json", options["first"])
	if err != nil {
		return err
	}
	var report struct {
		Count                  int
		StatusCodeDistribution map[string]int
	}
	return errors.Join(json.Unmarshal([]byte(words), &report), equal(report.Count, 2000),
		equal(fmt.Sprint(report.StatusCodeDistribution), "map[OK:2000]"))
}
