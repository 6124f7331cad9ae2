// A server made with go-sdk or mcp-go. Usage: main go-sdk NAME ADDRESS sse|json|stateless, or
// main mcp-go NAME ADDRESS sse
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"net/http"
	"os"
	"sync/atomic"
	"time"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	"github.com/modelcontextprotocol/go-sdk/mcp"
)

var form = json.RawMessage(`{"type":"object","properties":{"name":{"type":"string"}}}`)
var cancelled atomic.Int64

type none struct{}
type message struct {
	Message string `json:"message"`
}
type numbers struct {
	A int `json:"a"`
	B int `json:"b"`
}
type sum struct {
	Sum int `json:"sum"`
}

func text(words string) *mcp.CallToolResult {
	return &mcp.CallToolResult{Content: []mcp.Content{&mcp.TextContent{Text: words}}}
}

func tool(server *mcp.Server, name string, run func(context.Context, *mcp.CallToolRequest) (string, error)) {
	mcp.AddTool(server, &mcp.Tool{Name: name, Description: name},
		func(ctx context.Context, request *mcp.CallToolRequest, _ none) (*mcp.CallToolResult, any, error) {
			words, err := run(ctx, request)
			if err != nil {
				return nil, nil, err
			}
			return text(words), nil, nil
		})
}

func main() {
	made, name, address, mode := os.Args[1], os.Args[2], os.Args[3], os.Args[4]
	handler := official(name, mode)
	if made == "mcp-go" {
		handler = marked(name)
	}
	log.Fatal(http.ListenAndServe(address, handler))
}

// official is a server made with the SDK of the protocol's authors.
func official(name, mode string) http.Handler {
	server := mcp.NewServer(&mcp.Implementation{Name: name, Version: "1"}, &mcp.ServerOptions{
		SubscribeHandler: func(_ context.Context, request *mcp.SubscribeRequest) error {
			if request.Params.URI != name+"://static" {
				return mcp.ResourceNotFoundError(request.Params.URI)
			}
			return nil
		},
		UnsubscribeHandler: func(context.Context, *mcp.UnsubscribeRequest) error { return nil },
	})
	mcp.AddTool(server, &mcp.Tool{Name: "echo"}, func(_ context.Context, _ *mcp.CallToolRequest, in message) (*mcp.CallToolResult, any, error) {
		return text("Echo: " + in.Message), nil, nil
	})
	mcp.AddTool(server, &mcp.Tool{Name: "add"}, func(_ context.Context, _ *mcp.CallToolRequest, in numbers) (*mcp.CallToolResult, sum, error) {
		return nil, sum{in.A + in.B}, nil
	})
	tool(server, "fail", func(context.Context, *mcp.CallToolRequest) (string, error) { return "", errors.New("as it should") })
	tool(server, "steps", func(ctx context.Context, request *mcp.CallToolRequest) (string, error) {
		for step := 1; step <= 4; step++ {
			time.Sleep(50 * time.Millisecond)
			request.Session.NotifyProgress(ctx, &mcp.ProgressNotificationParams{
				ProgressToken: request.Params.GetProgressToken(), Progress: float64(step), Total: 4})
		}
		return "Took 4 steps", nil
	})
	tool(server, "log", func(ctx context.Context, request *mcp.CallToolRequest) (string, error) {
		request.Session.Log(ctx, &mcp.LoggingMessageParams{Level: "info", Data: "with"})
		request.Session.Log(context.Background(), &mcp.LoggingMessageParams{Level: "warning", Data: "beside"})
		time.Sleep(300 * time.Millisecond)
		return "logged", nil
	})
	tool(server, "roots", func(ctx context.Context, request *mcp.CallToolRequest) (string, error) {
		found, err := request.Session.ListRoots(ctx, nil)
		if err != nil {
			return "", err
		}
		words := ""
		for _, root := range found.Roots {
			words += root.URI
		}
		return words, nil
	})
	tool(server, "sample", func(ctx context.Context, request *mcp.CallToolRequest) (string, error) {
		answer, err := request.Session.CreateMessage(ctx, &mcp.CreateMessageParams{MaxTokens: 9,
			Messages: []*mcp.SamplingMessage{{Role: "user", Content: &mcp.TextContent{Text: "Capital?"}}}})
		if err != nil {
			return "", err
		}
		return answer.Content.(*mcp.TextContent).Text, nil
	})
	elicit := func(ctx context.Context, request *mcp.CallToolRequest) (string, error) {
		answer, err := request.Session.Elicit(ctx, &mcp.ElicitParams{Message: "Who?", RequestedSchema: form})
		if err != nil {
			return "", err
		}
		return fmt.Sprint(answer.Action, answer.Content), nil
	}
	tool(server, "elicit_with", elicit)
	tool(server, "elicit_beside", func(_ context.Context, request *mcp.CallToolRequest) (string, error) {
		return elicit(context.Background(), request)
	})
	tool(server, "refused", func(ctx context.Context, request *mcp.CallToolRequest) (string, error) {
		_, err := request.Session.Elicit(ctx, &mcp.ElicitParams{Message: "Refuse this", RequestedSchema: form})
		var wire *jsonrpc.Error
		if errors.As(err, &wire) {
			return fmt.Sprint(wire.Code, wire.Message, string(wire.Data)), nil
		}
		return "not refused", err
	})
	// Asks by its result, which the SDK turns into requests for a client with a session.
	mcp.AddTool(server, &mcp.Tool{Name: "rounds"}, func(_ context.Context, request *mcp.CallToolRequest, _ none) (*mcp.CallToolResult, any, error) {
		if answer, ok := request.Params.InputResponses["who"].(*mcp.ElicitResult); ok {
			return text(fmt.Sprint(answer.Action, answer.Content, request.Params.RequestState)), nil, nil
		}
		return &mcp.CallToolResult{RequestState: "opaque", InputRequests: mcp.InputRequestMap{
			"who": &mcp.ElicitParams{Message: "Who?", RequestedSchema: form}}}, nil, nil
	})
	tool(server, "touch", func(ctx context.Context, _ *mcp.CallToolRequest) (string, error) {
		err := server.ResourceUpdated(ctx, &mcp.ResourceUpdatedNotificationParams{URI: name + "://static"})
		time.Sleep(300 * time.Millisecond)
		return "touched", err
	})
	tool(server, "grow", func(context.Context, *mcp.CallToolRequest) (string, error) {
		tool(server, "grown", func(context.Context, *mcp.CallToolRequest) (string, error) { return "", nil })
		time.Sleep(300 * time.Millisecond)
		return "grown", nil
	})
	tool(server, "hang", func(ctx context.Context, request *mcp.CallToolRequest) (string, error) {
		request.Session.NotifyProgress(ctx, &mcp.ProgressNotificationParams{
			ProgressToken: request.Params.GetProgressToken(), Progress: 1, Total: 2})
		select {
		case <-ctx.Done():
			cancelled.Add(1)
		case <-time.After(time.Minute):
		}
		return "never heard", ctx.Err()
	})
	tool(server, "count_cancelled", func(context.Context, *mcp.CallToolRequest) (string, error) {
		return fmt.Sprint(cancelled.Load()), nil
	})
	read := func(_ context.Context, request *mcp.ReadResourceRequest) (*mcp.ReadResourceResult, error) {
		return &mcp.ReadResourceResult{Contents: []*mcp.ResourceContents{{URI: request.Params.URI, Text: "text of " + request.Params.URI}}}, nil
	}
	server.AddResource(&mcp.Resource{Name: "static", URI: name + "://static"}, read)
	server.AddResourceTemplate(&mcp.ResourceTemplate{Name: "item", URITemplate: name + "://item/{id}"}, read)
	server.AddPrompt(&mcp.Prompt{Name: "greet", Arguments: []*mcp.PromptArgument{{Name: "who", Required: true}}},
		func(_ context.Context, request *mcp.GetPromptRequest) (*mcp.GetPromptResult, error) {
			return &mcp.GetPromptResult{Messages: []*mcp.PromptMessage{{Role: "user",
				Content: &mcp.TextContent{Text: "Hello, " + request.Params.Arguments["who"] + "!"}}}}, nil
		})
	return mcp.NewStreamableHTTPHandler(func(*http.Request) *mcp.Server { return server },
		&mcp.StreamableHTTPOptions{JSONResponse: mode == "json", Stateless: mode == "stateless"})
}
