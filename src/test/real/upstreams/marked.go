package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

// marked is a server made with mcp-go.
func marked(name string) http.Handler {
	it := server.NewMCPServer(name, "1", server.WithToolCapabilities(true), server.WithResourceCapabilities(true, true),
		server.WithPromptCapabilities(true), server.WithLogging(), server.WithElicitation(), server.WithRoots())
	it.EnableSampling()
	tool := func(name string, run func(context.Context, mcp.CallToolRequest) (string, error), options ...mcp.ToolOption) {
		it.AddTool(mcp.NewTool(name, append(options, mcp.WithDescription(name))...),
			func(ctx context.Context, request mcp.CallToolRequest) (*mcp.CallToolResult, error) {
				words, err := run(ctx, request)
				if err != nil {
					return mcp.NewToolResultError(err.Error()), nil
				}
				return mcp.NewToolResultText(words), nil
			})
	}
	notify := func(ctx context.Context, method string, params map[string]any) {
		it.SendNotificationToClient(ctx, method, params)
	}
	progress := func(ctx context.Context, request mcp.CallToolRequest, done, all int) {
		if request.Params.Meta != nil && request.Params.Meta.ProgressToken != nil {
			notify(ctx, "notifications/progress", map[string]any{
				"progressToken": request.Params.Meta.ProgressToken, "progress": done, "total": all})
		}
	}
	tool("echo", func(_ context.Context, request mcp.CallToolRequest) (string, error) {
		return "Echo: " + request.GetString("message", ""), nil
	}, mcp.WithString("message", mcp.Required()))
	it.AddTool(mcp.NewTool("add", mcp.WithNumber("a", mcp.Required()), mcp.WithNumber("b", mcp.Required()),
		mcp.WithOutputSchema[sum]()), func(_ context.Context, request mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		a, err := request.RequireInt("a")
		if err != nil {
			return mcp.NewToolResultError(err.Error()), nil
		}
		return mcp.NewToolResultStructuredOnly(sum{a + request.GetInt("b", 0)}), nil
	})
	tool("fail", func(context.Context, mcp.CallToolRequest) (string, error) { return "", errors.New("as it should") })
	tool("steps", func(ctx context.Context, request mcp.CallToolRequest) (string, error) {
		for step := 1; step <= 4; step++ {
			progress(ctx, request, step, 4)
			// A result may overtake what is told right before it.
			time.Sleep(50 * time.Millisecond)
		}
		return "Took 4 steps", nil
	})
	tool("log", func(ctx context.Context, _ mcp.CallToolRequest) (string, error) {
		it.SendLogMessageToClient(ctx, mcp.NewLoggingMessageNotification(mcp.LoggingLevelInfo, "", "with"))
		time.Sleep(300 * time.Millisecond)
		return "logged", nil
	})
	tool("roots", func(ctx context.Context, _ mcp.CallToolRequest) (string, error) {
		found, err := it.RequestRoots(ctx, mcp.ListRootsRequest{})
		if err != nil {
			return "", err
		}
		words := ""
		for _, root := range found.Roots {
			words += root.URI
		}
		return words, nil
	})
	tool("sample", func(ctx context.Context, _ mcp.CallToolRequest) (string, error) {
		request := mcp.CreateMessageRequest{}
		request.MaxTokens = 9
		request.Messages = []mcp.SamplingMessage{{Role: mcp.RoleUser, Content: mcp.NewTextContent("Capital?")}}
		answer, err := it.RequestSampling(ctx, request)
		if err != nil {
			return "", err
		}
		if text, ok := answer.Content.(mcp.TextContent); ok {
			return text.Text, nil
		}
		return fmt.Sprint(answer.Content), nil
	})
	elicit := func(ctx context.Context, message string) (string, error) {
		request := mcp.ElicitationRequest{}
		request.Params.Message, request.Params.RequestedSchema = message, form
		answer, err := it.RequestElicitation(ctx, request)
		if err != nil {
			return "", err
		}
		return fmt.Sprint(answer.Action, answer.Content), nil
	}
	for _, name := range []string{"elicit_with", "elicit_beside"} {
		tool(name, func(ctx context.Context, _ mcp.CallToolRequest) (string, error) { return elicit(ctx, "Who?") })
	}
	tool("refused", func(ctx context.Context, _ mcp.CallToolRequest) (string, error) {
		_, err := elicit(ctx, "Refuse this")
		return fmt.Sprint(err), nil
	})
	tool("touch", func(context.Context, mcp.CallToolRequest) (string, error) {
		it.SendNotificationToAllClients("notifications/resources/updated", map[string]any{"uri": name + "://static"})
		time.Sleep(300 * time.Millisecond)
		return "touched", nil
	})
	tool("grow", func(context.Context, mcp.CallToolRequest) (string, error) {
		it.SendNotificationToAllClients("notifications/tools/list_changed", nil)
		time.Sleep(300 * time.Millisecond)
		return "grown", nil
	})
	tool("hang", func(ctx context.Context, request mcp.CallToolRequest) (string, error) {
		progress(ctx, request, 1, 2)
		select {
		case <-ctx.Done():
			cancelled.Add(1)
		case <-time.After(time.Minute):
		}
		return "never heard", ctx.Err()
	})
	tool("count_cancelled", func(context.Context, mcp.CallToolRequest) (string, error) {
		return fmt.Sprint(cancelled.Load()), nil
	})
	read := func(_ context.Context, request mcp.ReadResourceRequest) ([]mcp.ResourceContents, error) {
		return []mcp.ResourceContents{mcp.TextResourceContents{URI: request.Params.URI, Text: "text of " + request.Params.URI}}, nil
	}
	it.AddResource(mcp.NewResource(name+"://static", "static"), read)
	it.AddResourceTemplate(mcp.NewResourceTemplate(name+"://item/{id}", "item"), read)
	it.AddPrompt(mcp.NewPrompt("greet", mcp.WithArgument("who", mcp.RequiredArgument())),
		func(_ context.Context, request mcp.GetPromptRequest) (*mcp.GetPromptResult, error) {
			return mcp.NewGetPromptResult("", []mcp.PromptMessage{mcp.NewPromptMessage(mcp.RoleUser,
				mcp.NewTextContent("Hello, "+request.Params.Arguments["who"]+"!"))}), nil
		})
	return server.NewStreamableHTTPServer(it)
}
