package main

import (
	"context"
	"encoding/base64"
	"errors"
	"io"
	"log/slog"
	"net/http"

	sdk "github.com/mark3labs/mcp-go/client"
	"github.com/mark3labs/mcp-go/client/transport"
	"github.com/mark3labs/mcp-go/mcp"
)

// marked is the SDK that was there before the official one.
var marked = &kind{name: "mcp-go", module: "github.com/mark3labs/mcp-go", revisions: revisions, open: openMarked,
	limits: []limit{
		{"cancel", sessionEra, "cancelled/data was not heard", "sends no notifications/cancelled over HTTP"},
		{"delete", sessionEra, "DELETE was answered with 204", "leaves its headers out of DELETE, so that it comes without a token"},
		{"resume", sessionEra, "unexpected nil response", "resumes no stream that breaks off"},
		{"resume", []string{stateless}, "unexpected nil response", noResumption},
	}}

type markedClient struct {
	*sdk.Client
	begun *mcp.InitializeResult
}

type markedHandlers struct{}

func (markedHandlers) CreateMessage(context.Context, mcp.CreateMessageRequest) (*mcp.CreateMessageResult, error) {
	return &mcp.CreateMessageResult{Model: "none", SamplingMessage: mcp.SamplingMessage{Role: mcp.RoleAssistant,
		Content: mcp.NewTextContent("Paris")}}, nil
}

func (markedHandlers) ListRoots(context.Context, mcp.ListRootsRequest) (*mcp.ListRootsResult, error) {
	return &mcp.ListRootsResult{Roots: []mcp.Root{{URI: "file:///somewhere", Name: "somewhere"}}}, nil
}

func (markedHandlers) Elicit(_ context.Context, question mcp.ElicitationRequest) (*mcp.ElicitationResult, error) {
	it := mcp.ElicitationResponse{Action: "accept", Content: filled(question.Params.Message)}
	if question.Params.Message == decline {
		it = mcp.ElicitationResponse{Action: "decline"}
	}
	return &mcp.ElicitationResult{ElicitationResponse: it}, nil
}

func openMarked(ctx context.Context, v *visit) (client, error) {
	options := []transport.StreamableHTTPCOption{
		transport.WithHTTPBasicClient(&http.Client{Transport: v.wire}),
		transport.WithHTTPLogger(slog.New(slog.NewTextHandler(io.Discard, nil))),
		transport.WithHTTPHeaderFunc(func(context.Context) map[string]string {
			return map[string]string{"Authorization": "Bearer " + v.token}
		}),
	}
	if v.sessions() {
		options = append(options, transport.WithContinuousListening())
	}
	carrier, err := transport.NewStreamableHTTP(v.url, options...)
	if err != nil {
		return nil, err
	}
	handlers := markedHandlers{}
	it := sdk.NewClient(carrier, sdk.WithProtocolVersion(v.revision), sdk.WithSamplingHandler(handlers),
		sdk.WithRootsHandler(handlers), sdk.WithElicitationHandler(handlers))
	it.OnNotification(func(told mcp.JSONRPCNotification) {
		fields := told.Params.AdditionalFields
		switch told.Method {
		case "notifications/progress":
			done, _ := fields["progress"].(float64)
			v.heard.progress <- done
		case "notifications/message":
			text, _ := fields["data"].(string)
			v.heard.logs <- text
		case "notifications/resources/updated":
			uri, _ := fields["uri"].(string)
			v.heard.updated <- uri
		case "notifications/tools/list_changed":
			v.heard.changed <- "tools"
		case "notifications/prompts/list_changed":
			v.heard.changed <- "prompts"
		case "notifications/resources/list_changed":
			v.heard.changed <- "resources"
		}
	})
	// Its stream of server messages lives as long as this context.
	if err := it.Start(context.WithoutCancel(ctx)); err != nil {
		return nil, err
	}
	request := mcp.InitializeRequest{}
	request.Params.ClientInfo = mcp.Implementation{Name: "clients-go", Version: "1"}
	begun, err := it.Initialize(ctx, request)
	if err != nil {
		it.Close()
		return nil, err
	}
	return &markedClient{it, begun}, nil
}

func (c *markedClient) revision() string { return c.begun.ProtocolVersion }
func (c *markedClient) server() string   { return c.begun.ServerInfo.Name }
func (c *markedClient) session() string  { return c.GetSessionId() }
func (c *markedClient) close() error     { return c.Close() }

func (c *markedClient) tools(ctx context.Context) (names []string, err error) {
	found, err := c.ListTools(ctx, mcp.ListToolsRequest{})
	if err != nil {
		return nil, err
	}
	for _, it := range found.Tools {
		names = append(names, it.Name)
	}
	return names, nil
}

func (c *markedClient) resources(ctx context.Context) (names []string, err error) {
	found, err := c.ListResources(ctx, mcp.ListResourcesRequest{})
	if err != nil {
		return nil, err
	}
	for _, it := range found.Resources {
		names = append(names, it.URI)
	}
	return names, nil
}

func (c *markedClient) templates(ctx context.Context) (names []string, err error) {
	found, err := c.ListResourceTemplates(ctx, mcp.ListResourceTemplatesRequest{})
	if err != nil {
		return nil, err
	}
	for _, it := range found.ResourceTemplates {
		names = append(names, it.URITemplate.Raw())
	}
	return names, nil
}

func (c *markedClient) prompts(ctx context.Context) (names []string, err error) {
	found, err := c.ListPrompts(ctx, mcp.ListPromptsRequest{})
	if err != nil {
		return nil, err
	}
	for _, it := range found.Prompts {
		names = append(names, it.Name)
	}
	return names, nil
}

func (c *markedClient) call(ctx context.Context, it call) (found answer, err error) {
	request := mcp.CallToolRequest{}
	request.Params.Name = it.tool
	request.Params.Arguments = it.arguments
	request.Params.Meta = &mcp.Meta{AdditionalFields: map[string]any{}}
	if it.progress {
		request.Params.Meta.ProgressToken = token()
	}
	if it.level != "" {
		request.Params.Meta.AdditionalFields["io.modelcontextprotocol/logLevel"] = it.level
	}
	result, err := c.CallTool(ctx, request)
	if err != nil {
		return found, err
	}
	found.structured, _ = result.StructuredContent.(map[string]any)
	found.failed = result.IsError
	for _, block := range result.Content {
		found.addMarked(block)
	}
	return found, nil
}

func (a *answer) addMarked(block mcp.Content) {
	switch block := block.(type) {
	case mcp.TextContent:
		a.kinds, a.text = append(a.kinds, "text"), a.text+block.Text
	case mcp.ImageContent:
		a.kinds = append(a.kinds, "image "+block.MIMEType)
	case mcp.AudioContent:
		a.kinds = append(a.kinds, "audio "+block.MIMEType)
	case mcp.EmbeddedResource:
		if text, ok := block.Resource.(mcp.TextResourceContents); ok {
			a.kinds = append(a.kinds, "resource "+text.URI)
		}
	}
}

func (c *markedClient) read(ctx context.Context, uri string) (string, []byte, error) {
	request := mcp.ReadResourceRequest{}
	request.Params.URI = uri
	result, err := c.ReadResource(ctx, request)
	if err != nil {
		return "", nil, err
	}
	switch it := result.Contents[0].(type) {
	case mcp.TextResourceContents:
		return it.Text, nil, nil
	case mcp.BlobResourceContents:
		blob, err := base64.StdEncoding.DecodeString(it.Blob)
		return "", blob, err
	}
	return "", nil, errors.New("contents of no known kind")
}

func (c *markedClient) prompt(ctx context.Context, name string, arguments map[string]string) (found answer, err error) {
	request := mcp.GetPromptRequest{}
	request.Params.Name, request.Params.Arguments = name, arguments
	result, err := c.GetPrompt(ctx, request)
	if err != nil {
		return found, err
	}
	for _, message := range result.Messages {
		found.addMarked(message.Content)
	}
	return found, nil
}

func (c *markedClient) complete(ctx context.Context, name, argument, value string) ([]string, error) {
	request := mcp.CompleteRequest{}
	request.Params.Ref = mcp.PromptReference{Type: "ref/prompt", Name: name}
	if isTemplate(name) {
		request.Params.Ref = mcp.ResourceReference{Type: "ref/resource", URI: name}
	}
	request.Params.Argument = mcp.CompleteArgument{Name: argument, Value: value}
	result, err := c.Complete(ctx, request)
	if err != nil {
		return nil, err
	}
	return result.Completion.Values, nil
}

func (c *markedClient) level(ctx context.Context, level string) error {
	request := mcp.SetLevelRequest{}
	request.Params.Level = mcp.LoggingLevel(level)
	return c.SetLevel(ctx, request)
}

func (c *markedClient) subscribe(ctx context.Context, uri string) (func() error, error) {
	if c.revision() == stateless {
		stop, err := c.ListenAsync(ctx, mcp.SubscriptionFilter{ResourceSubscriptions: []string{uri}}, nil)
		return func() error { stop(); return nil }, err
	}
	request := mcp.SubscribeRequest{}
	request.Params.URI = uri
	return func() error {
		request := mcp.UnsubscribeRequest{}
		request.Params.URI = uri
		return c.Unsubscribe(ctx, request)
	}, c.Subscribe(ctx, request)
}

func (c *markedClient) listen(ctx context.Context) error {
	if c.revision() != stateless {
		return nil
	}
	_, err := c.ListenAsync(ctx, mcp.SubscriptionFilter{ToolsListChanged: true, PromptsListChanged: true,
		ResourcesListChanged: true}, nil)
	return err
}

func (c *markedClient) code(err error) int {
	for sentinel, code := range map[error]int{mcp.ErrInvalidParams: mcp.INVALID_PARAMS,
		mcp.ErrResourceNotFound: mcp.RESOURCE_NOT_FOUND, mcp.ErrMethodNotFound: mcp.METHOD_NOT_FOUND} {
		if errors.Is(err, sentinel) {
			return code
		}
	}
	return 0
}
