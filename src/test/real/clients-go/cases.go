package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"time"
)

var tokens atomic.Int64

// token is one for progress, of no other call.
func token() string { return fmt.Sprintf("p%d", tokens.Add(1)) }

func isTemplate(name string) bool { return strings.Contains(name, "://") }

// filled is what the user fills in, whatever the form asks for.
func filled(message string) map[string]any {
	return map[string]any{"name": "Ada", "response": "to " + message, "context": "words of the user"}
}

const noResumption = "this revision resumes no streams"

const watched = "test://watched-resource"

func connects(_ context.Context, v *visit) error {
	err := errors.Join(equal(v.client.revision(), v.revision), equal(v.client.server(), "mcp-session-server"),
		equal(v.client.session() != "", v.sessions()))
	for at, it := range v.wire.all() {
		wanted := ""
		if v.sessions() && at > 0 {
			wanted = v.client.session()
		}
		err = errors.Join(err, equal(it.sent, wanted))
	}
	return err
}

func lists(ctx context.Context, v *visit) error {
	tools, err := v.client.tools(ctx)
	resources, errResources := v.client.resources(ctx)
	templates, errTemplates := v.client.templates(ctx)
	prompts, errPrompts := v.client.prompts(ctx)
	err = errors.Join(err, errResources, errTemplates, errPrompts, equal(len(resources), 3), equal(len(prompts), 5),
		equal(strings.Join(templates, " "), "test://template/{id}/data"))
	for _, name := range []string{"test_simple_text", "session_info", "json_schema_2020_12_tool"} {
		err = errors.Join(err, equal(slices.Contains(tools, name), true))
	}
	slices.Sort(tools)
	return errors.Join(err, equal(len(slices.Compact(slices.Clone(tools))), len(tools)))
}

func calls(ctx context.Context, v *visit) error {
	err := v.simple(ctx)
	for tool, kinds := range map[string]string{
		"test_image_content":          "image image/png",
		"test_audio_content":          "audio audio/wav",
		"test_embedded_resource":      "resource test://embedded-resource",
		"test_multiple_content_types": "text, image image/png, resource test://mixed-content-resource",
	} {
		found, errCall := v.client.call(ctx, call{tool: tool})
		err = errors.Join(err, errCall, equal(strings.Join(found.kinds, ", "), kinds))
	}
	return err
}

// structured results are there as text too, for what does not know them.
func structured(ctx context.Context, v *visit) error {
	which, err := handle(ctx, v)
	if err != nil {
		return err
	}
	found, err := v.client.call(ctx, call{tool: "session_info", arguments: which})
	version, _ := found.structured["protocol_version"].(string)
	return errors.Join(err, equal(version, v.revision), equal(strings.Contains(found.text, `"protocol_version"`), true))
}

// handle is the argument that says which session is meant, where the client has none of its own.
func handle(ctx context.Context, v *visit) (map[string]any, error) {
	if v.sessions() {
		return map[string]any{}, nil
	}
	set, err := v.client.call(ctx, call{tool: "note_set", arguments: map[string]any{"name": "n", "text": "t"}})
	return map[string]any{"handle": set.structured["handle"]}, err
}

func failures(ctx context.Context, v *visit) error {
	found, err := v.client.call(ctx, call{tool: "test_error_handling"})
	_, unknown := v.client.call(ctx, call{tool: "none"})
	return errors.Join(err, equal(found.failed, true), v.simple(ctx), equal(v.client.code(unknown), -32602),
		equal(strings.Contains(found.text, "This tool intentionally returns an error for testing"), true))
}

func progress(ctx context.Context, v *visit) error {
	_, err := v.client.call(ctx, call{tool: "test_tool_with_progress", progress: true})
	if err != nil {
		return err
	}
	return within(ctx, 5*time.Second, func(ctx context.Context) error {
		for _, wanted := range []float64{0, 50, 100} {
			select {
			case found := <-v.heard.progress:
				err = errors.Join(err, equal(found, wanted))
			case <-ctx.Done():
				return fmt.Errorf("no progress of %v", wanted)
			}
		}
		return err
	})
}

func logging(ctx context.Context, v *visit) error {
	at := func(level string) error {
		if v.sessions() {
			err := v.client.level(ctx, level)
			level = ""
			if err != nil {
				return err
			}
		}
		_, err := v.client.call(ctx, call{tool: "test_tool_with_logging", level: level})
		return err
	}
	if err := at("info"); err != nil {
		return err
	}
	err := within(ctx, 5*time.Second, func(ctx context.Context) error {
		return until(ctx, v.heard.logs, "Tool execution completed")
	})
	// What would be said too much is said before the progress of the next call.
	err = errors.Join(err, at("warning"))
	_, errNext := v.client.call(ctx, call{tool: "test_tool_with_progress", progress: true})
	return errors.Join(err, errNext, within(ctx, 5*time.Second, func(ctx context.Context) error {
		return until(ctx, v.heard.progress, 100)
	}), equal(len(v.heard.logs), 0))
}

func elicitation(ctx context.Context, v *visit) error {
	found, err := v.client.call(ctx, call{tool: "test_elicitation", arguments: map[string]any{"message": "Well?"}})
	declined, errDeclined := v.client.call(ctx, call{tool: "test_elicitation", arguments: map[string]any{"message": decline}})
	return errors.Join(err, errDeclined, equal(strings.Contains(found.text, `"to Well?"`), true),
		equal(strings.Contains(found.text, "action=accept"), true), equal(strings.Contains(declined.text, "action=decline"), true))
}

func sampling(ctx context.Context, v *visit) error {
	return v.says(ctx, "LLM response: Paris", "test_sampling", map[string]any{"prompt": "Capital?"})
}

func roots(ctx context.Context, v *visit) error {
	return v.says(ctx, "Found 1 root(s)", "test_input_required_result_list_roots", nil)
}

// The code for what is not there is another one in each era.
func resources(ctx context.Context, v *visit) error {
	text, _, err := v.client.read(ctx, "test://static-text")
	_, blob, errBlob := v.client.read(ctx, "test://static-binary")
	_, _, missing := v.client.read(ctx, "test://missing")
	code := -32002
	if !v.sessions() {
		code = -32602
	}
	return errors.Join(err, errBlob, equal(text, "This is the content of the static text resource."),
		equal(strings.Contains(string(blob), "PNG"), true), equal(v.client.code(missing), code))
}

func templates(ctx context.Context, v *visit) error {
	id := rand.Text()
	text, _, err := v.client.read(ctx, "test://template/"+id+"/data")
	return errors.Join(err, equal(strings.Contains(text, `"id":"`+id+`"`), true))
}

func prompts(ctx context.Context, v *visit) error {
	found, err := v.client.prompt(ctx, "test_prompt_with_arguments", map[string]string{"arg1": "a", "arg2": "ü"})
	image, errImage := v.client.prompt(ctx, "test_prompt_with_image", nil)
	asked, errAsked := v.client.prompt(ctx, "test_input_required_result_prompt", nil)
	return errors.Join(err, errImage, errAsked, equal(asked.text, "Prompt with context: words of the user"), equal(found.text, "Prompt with arguments: arg1='a', arg2='ü'"),
		equal(strings.Join(image.kinds, ", "), "image image/png, text"))
}

func completion(ctx context.Context, v *visit) error {
	words, err := v.client.complete(ctx, "test_prompt_with_arguments", "arg1", "par")
	ids, errIDs := v.client.complete(ctx, "test://template/{id}/data", "id", "12")
	return errors.Join(err, errIDs, equal(strings.Join(words, " "), "paris park party"), equal(strings.Join(ids, " "), "123 124"))
}

// hears has a change made again and again, because clients open their streams of server messages at their leisure.
func hears(ctx context.Context, v *visit, tool string, from <-chan string, wanted string) error {
	return within(ctx, 10*time.Second, func(ctx context.Context) error {
		for {
			if _, err := v.client.call(ctx, call{tool: tool}); err != nil {
				return errors.Join(fmt.Errorf("%v was not heard", wanted), err)
			}
			err := within(ctx, 500*time.Millisecond, func(ctx context.Context) error { return until(ctx, from, wanted) })
			if err == nil || ctx.Err() != nil {
				return err
			}
		}
	})
}

func subscription(ctx context.Context, v *visit) error {
	end, err := v.client.subscribe(ctx, watched)
	if err != nil {
		return err
	}
	if err := hears(ctx, v, "test_trigger_resource_update", v.heard.updated, watched); err != nil {
		return err
	}
	if err := end(); err != nil {
		return err
	}
	if err := v.client.listen(ctx); err != nil {
		return err
	}
	// What was on its way may still come; once another change was heard nothing of this one does.
	if err := hears(ctx, v, "test_trigger_tool_change", v.heard.changed, "tools"); err != nil {
		return err
	}
	for len(v.heard.updated) > 0 {
		<-v.heard.updated
	}
	_, err = v.client.call(ctx, call{tool: "test_trigger_resource_update"})
	return errors.Join(err, hears(ctx, v, "test_trigger_prompt_change", v.heard.changed, "prompts"),
		equal(len(v.heard.updated), 0))
}

func listChange(ctx context.Context, v *visit) error {
	err := v.client.listen(ctx)
	for tool, wanted := range map[string]string{"test_trigger_tool_change": "tools",
		"test_trigger_prompt_change": "prompts", "test_trigger_resource_change": "resources"} {
		err = errors.Join(err, hears(ctx, v, tool, v.heard.changed, wanted))
	}
	return err
}

// The server tells of a call that was cancelled, to whoever subscribed to that.
func cancels(ctx context.Context, v *visit) error {
	const told = "test://template/cancelled/data"
	// Another client listens, so that nothing but the cancelled call is touched.
	other := newVisit(v.kind, v.revision)
	defer other.close()
	if err := other.connect(ctx); err != nil {
		return err
	}
	if _, err := other.client.subscribe(ctx, told); err != nil {
		return err
	}
	calling, cancel := context.WithCancel(ctx)
	done := make(chan error, 1)
	go func() {
		_, err := v.client.call(calling, call{tool: "test_wait_until_cancelled", progress: true})
		done <- err
	}()
	err := within(ctx, 5*time.Second, func(ctx context.Context) error { return until(ctx, v.heard.progress, 1) })
	cancel()
	return errors.Join(err, equal(errors.Is(<-done, context.Canceled), true), v.simple(ctx),
		within(ctx, 3*time.Second, func(ctx context.Context) error { return until(ctx, other.heard.updated, told) }))
}

func deletes(ctx context.Context, v *visit) error {
	if err := v.simple(ctx); err != nil {
		return err
	}
	id := v.client.session()
	if err := v.client.close(); err != nil {
		return err
	}
	if !v.sessions() {
		return equal(v.wire.saw("DELETE", http.StatusNoContent) != nil, true)
	}
	request, err := http.NewRequestWithContext(ctx, "POST", v.url, strings.NewReader(`{"jsonrpc":"2.0","id":1,"method":"ping"}`))
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "Bearer "+v.token)
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Accept", "application/json, text/event-stream")
	request.Header.Set("Mcp-Session-Id", id)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	response.Body.Close()
	return errors.Join(v.wire.saw("DELETE", http.StatusNoContent), equal(response.StatusCode, http.StatusNotFound))
}
