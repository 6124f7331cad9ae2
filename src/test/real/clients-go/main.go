// The session server as the Go SDKs see it: the cases that all suites of clients have. run.sh starts it in the
// environment that ../stage describes. Prints what is not as it should be, and at last the counts.
package main

import (
	"context"
	"fmt"
	"os"
	"runtime/debug"
	"slices"
	"sync"
	"time"
)

var sessionEra = []string{"2025-03-26", "2025-06-18", "2025-11-25"}
var revisions = append(slices.Clone(sessionEra), stateless)

type step func(context.Context, *visit) error

// test is a case: its steps are of every client at once, with what the stage is asked for between them, unless what
// one client does reaches the others.
type test struct {
	name, policy string
	alone        bool
	steps        []any
}

func connected(ctx context.Context, v *visit) error { return v.connect(ctx) }

func of(name string, run step) test { return test{name: name, steps: []any{step(connected), run}} }

func alone(name string, run step) test {
	return test{name: name, alone: true, steps: []any{step(connected), run}}
}

func endedUnder(policy string) test {
	it := test{name: "ended", policy: policy, steps: []any{"/to/turns", step(connected), step(simple), "/end",
		step(goesOn(policy))}}
	if policy != "compat" {
		it.steps = append([]any{"/policy/" + policy}, it.steps...)
	}
	return it
}

func tests() []test {
	return []test{
		of("connect", connects), of("list", lists), of("call", calls), of("structured", structured),
		of("tool-error", failures), of("progress", progress), of("logging", logging), of("elicitation", elicitation),
		of("sampling", sampling), of("roots", roots), of("resources", resources), of("templates", templates),
		of("prompts", prompts), of("completion", completion), alone("subscription", subscription),
		alone("list-change", listChange), of("delete", deletes),
		of("wrong-token", wrongToken), of("expired-token", refused(setting("MCP_EXPIRED_TOKEN"))),
		{name: "other-replica", alone: true, steps: []any{"/to/turns", step(fresh), step(alternates)}},
		{name: "restart", steps: []any{"/to/turns", step(connected), step(begins), "/restart/first", "/restart/second",
			step(ends)}},
		{name: "resume", steps: []any{"/to/first", step(streams), "/to/second", step(streamed)}},
		// The stage begins with this policy.
		endedUnder("compat"), endedUnder("strict"), endedUnder("robust"),
		// A call that its client cannot cancel goes on, and would hold up whoever stops a replica after it.
		alone("cancel", cancels),
	}
}

// run takes visits through the steps; one that fails goes no further.
func run(it test, visits []*visit) []error {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	errs := make([]error, len(visits))
	for _, next := range it.steps {
		if path, ok := next.(string); ok {
			if err := ask(path); err != nil {
				panic(err)
			}
			continue
		}
		var group sync.WaitGroup
		for at, v := range visits {
			if errs[at] == nil {
				group.Go(func() { errs[at] = attempt(ctx, next.(step), v) })
			}
		}
		group.Wait()
	}
	return errs
}

func attempt(ctx context.Context, next step, v *visit) (err error) {
	defer func() {
		if failure := recover(); failure != nil {
			err = fmt.Errorf("%v\n%s", failure, debug.Stack())
		}
	}()
	return next(ctx, v)
}

func versions() map[string]string {
	found := map[string]string{}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, module := range info.Deps {
			found[module.Path] = module.Version[1:]
		}
	}
	return found
}

func main() {
	version := versions()
	counts := map[string]int{}
	var visits []func() *visit
	for _, kind := range []*kind{official, marked} {
		for _, revision := range kind.revisions {
			visits = append(visits, func() *visit { return newVisit(kind, revision) })
		}
	}
	for _, it := range tests() {
		if len(os.Args) > 1 && !slices.Contains(os.Args[1:], it.name) {
			continue
		}
		begun := time.Now()
		var parties [][]*visit
		var all []*visit
		for _, make := range visits {
			v := make()
			all = append(all, v)
			if it.alone {
				parties = append(parties, []*visit{v})
			}
		}
		if !it.alone {
			parties = [][]*visit{all}
		}
		for _, party := range parties {
			for at, err := range run(it, party) {
				v, outcome, note := party[at], "ok", ""
				if err != nil {
					outcome, note = "failed", err.Error()
					if reason := v.excuse(it.name, err); reason != "" {
						outcome, note = "cannot", reason
					}
				}
				counts[outcome]++
				if outcome != "ok" {
					fmt.Printf("%-6s  %s, %s: %s %s\n        %s\n", outcome, v.kind.name, v.revision, it.name, it.policy, note)
				}
				tell(v.kind.name, version[v.kind.module], v.revision, it.name, or(it.policy, "-"), outcome, note)
				v.close()
			}
		}
		fmt.Printf("        %s %s took %v\n", it.name, it.policy, time.Since(begun).Round(time.Millisecond))
	}
	fmt.Printf("go clients: %d ok, %d cannot, %d failed\n", counts["ok"], counts["cannot"], counts["failed"])
	if counts["failed"] > 0 || counts["ok"] == 0 {
		os.Exit(1)
	}
}

func or(text, instead string) string {
	if text == "" {
		return instead
	}
	return text
}
