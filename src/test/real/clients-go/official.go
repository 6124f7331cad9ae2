package main

import (
	"context"
	"errors"
	"net/http"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// official is the SDK of the protocol's authors.
var official = &kind{name: "go-sdk", module: "github.com/modelcontextprotocol/go-sdk", revisions: revisions,
	open: openOfficial, limits: []limit{
		{"ended", sessionEra, "mismatching session IDs", "closes for good when it is given another session id; its caller connects anew"},
		{"resume", []string{stateless}, "request terminated without response", noResumption},
	}}

type officialClient struct {
	*mcp.ClientSession
}

func openOfficial(ctx context.Context, v *visit) (client, error) {
	options := &mcp.ClientOptions{
		CreateMessageHandler: func(context.Context, *mcp.CreateMessageRequest) (*mcp.CreateMessageResult, error) {
			return &mcp.CreateMessageResult{Role: "assistant", Model: "none", Content: &mcp.TextContent{Text: "Paris"}}, nil
		},
		ElicitationHandler: func(_ context.Context, question *mcp.ElicitRequest) (*mcp.ElicitResult, error) {
			if question.Params.Message == decline {
				return &mcp.ElicitResult{Action: "decline"}, nil
			}
			return &mcp.ElicitResult{Action: "accept", Content: filled(question.Params.Message)}, nil
		},
		ProgressNotificationHandler: func(_ context.Context, it *mcp.ProgressNotificationClientRequest) {
			v.heard.progress <- it.Params.Progress
		},
		LoggingMessageHandler: func(_ context.Context, it *mcp.LoggingMessageRequest) {
			text, _ := it.Params.Data.(string)
			v.heard.logs <- text
		},
		ResourceUpdatedHandler: func(_ context.Context, it *mcp.ResourceUpdatedNotificationRequest) {
			v.heard.updated <- it.Params.URI
		},
		ToolListChangedHandler: func(context.Context, *mcp.ToolListChangedRequest) { v.heard.changed <- "tools" },
		PromptListChangedHandler: func(context.Context, *mcp.PromptListChangedRequest) {
			v.heard.changed <- "prompts"
		},
		ResourceListChangedHandler: func(context.Context, *mcp.ResourceListChangedRequest) {
			v.heard.changed <- "resources"
		},
	}
	it := mcp.NewClient(&mcp.Implementation{Name: "clients-go", Version: "1"}, options)
	it.AddRoots(&mcp.Root{URI: "file:///somewhere", Name: "somewhere"})
	v.wire.token = func() string { return v.token }
	session, err := it.Connect(ctx, &mcp.StreamableClientTransport{Endpoint: v.url,
		HTTPClient: &http.Client{Transport: v.wire}}, &mcp.ClientSessionOptions{ProtocolVersion: v.revision})
	if err != nil {
		return nil, err
	}
	return &officialClient{session}, nil
}

func (c *officialClient) revision() string { return c.InitializeResult().ProtocolVersion }

func (c *officialClient) server() string {
	if info := c.InitializeResult().ServerInfo; info != nil {
		return info.Name
	}
	return ""
}

func (c *officialClient) session() string { return c.ID() }

func (c *officialClient) close() error { return c.Close() }

func (c *officialClient) tools(ctx context.Context) (names []string, err error) {
	for it, err := range c.Tools(ctx, nil) {
		if err != nil {
			return nil, err
		}
		names = append(names, it.Name)
	}
	return names, nil
}

func (c *officialClient) resources(ctx context.Context) (names []string, err error) {
	for it, err := range c.Resources(ctx, nil) {
		if err != nil {
			return nil, err
		}
		names = append(names, it.URI)
	}
	return names, nil
}

func (c *officialClient) templates(ctx context.Context) (names []string, err error) {
	for it, err := range c.ResourceTemplates(ctx, nil) {
		if err != nil {
			return nil, err
		}
		names = append(names, it.URITemplate)
	}
	return names, nil
}

func (c *officialClient) prompts(ctx context.Context) (names []string, err error) {
	for it, err := range c.Prompts(ctx, nil) {
		if err != nil {
			return nil, err
		}
		names = append(names, it.Name)
	}
	return names, nil
}

func (c *officialClient) call(ctx context.Context, it call) (found answer, err error) {
	params := &mcp.CallToolParams{Name: it.tool, Arguments: it.arguments}
	if it.arguments == nil {
		params.Arguments = map[string]any{}
	}
	if it.progress {
		params.SetProgressToken(token())
	}
	if it.level != "" {
		if params.Meta == nil {
			params.Meta = mcp.Meta{}
		}
		params.Meta["io.modelcontextprotocol/logLevel"] = it.level
	}
	result, err := c.CallTool(ctx, params)
	if err != nil {
		return found, err
	}
	found.structured, _ = result.StructuredContent.(map[string]any)
	found.failed = result.IsError
	for _, block := range result.Content {
		found.add(block)
	}
	return found, nil
}

func (a *answer) add(block mcp.Content) {
	switch block := block.(type) {
	case *mcp.TextContent:
		a.kinds, a.text = append(a.kinds, "text"), a.text+block.Text
	case *mcp.ImageContent:
		a.kinds = append(a.kinds, "image "+block.MIMEType)
	case *mcp.AudioContent:
		a.kinds = append(a.kinds, "audio "+block.MIMEType)
	case *mcp.EmbeddedResource:
		a.kinds = append(a.kinds, "resource "+block.Resource.URI)
	}
}

func (c *officialClient) read(ctx context.Context, uri string) (string, []byte, error) {
	result, err := c.ReadResource(ctx, &mcp.ReadResourceParams{URI: uri})
	if err != nil {
		return "", nil, err
	}
	return result.Contents[0].Text, result.Contents[0].Blob, nil
}

func (c *officialClient) prompt(ctx context.Context, name string, arguments map[string]string) (found answer, err error) {
	result, err := c.GetPrompt(ctx, &mcp.GetPromptParams{Name: name, Arguments: arguments})
	if err != nil {
		return found, err
	}
	for _, message := range result.Messages {
		found.add(message.Content)
	}
	return found, nil
}

func (c *officialClient) complete(ctx context.Context, name, argument, value string) ([]string, error) {
	reference := &mcp.CompleteReference{Type: "ref/prompt", Name: name}
	if isTemplate(name) {
		reference = &mcp.CompleteReference{Type: "ref/resource", URI: name}
	}
	result, err := c.Complete(ctx, &mcp.CompleteParams{Ref: reference,
		Argument: mcp.CompleteParamsArgument{Name: argument, Value: value}})
	if err != nil {
		return nil, err
	}
	return result.Completion.Values, nil
}

func (c *officialClient) level(ctx context.Context, level string) error {
	return c.SetLoggingLevel(ctx, &mcp.SetLoggingLevelParams{Level: mcp.LoggingLevel(level)})
}

func (c *officialClient) subscribe(ctx context.Context, uri string) (func() error, error) {
	return func() error { return c.Unsubscribe(ctx, &mcp.UnsubscribeParams{URI: uri}) },
		c.Subscribe(ctx, &mcp.SubscribeParams{URI: uri})
}

// It listens from the start, as its options have handlers.
func (c *officialClient) listen(context.Context) error { return nil }

func (c *officialClient) code(err error) int {
	var wrong *jsonrpc.Error
	if errors.As(err, &wrong) {
		return int(wrong.Code)
	}
	return 0
}
