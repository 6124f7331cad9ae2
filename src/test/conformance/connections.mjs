// One face for the clients under test: SDK 1 speaks the session era, SDK 2 both.
import { Client as Client1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as Transport1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import * as types from '@modelcontextprotocol/sdk/types.js';
import { Client as Client2, StreamableHTTPClientTransport as Transport2 } from '@modelcontextprotocol/client';

const INFO = { name: 'conformance-clients', version: '1.0.0' };
const CAPABILITIES = { elicitation: {}, sampling: {}, roots: {} };
const SCHEMAS = {
  'elicitation/create': types.ElicitRequestSchema,
  'sampling/createMessage': types.CreateMessageRequestSchema,
  'roots/list': types.ListRootsRequestSchema,
  'notifications/message': types.LoggingMessageNotificationSchema,
  'notifications/tools/list_changed': types.ToolListChangedNotificationSchema,
  'notifications/resources/updated': types.ResourceUpdatedNotificationSchema,
};

// Each opens a connection that is not there yet; the options are those of its transport.
function first(url, options) {
  const client = new Client1(INFO, { capabilities: CAPABILITIES });
  const transport = new Transport1(new URL(url), options);
  return {
    client,
    transport,
    answer: (method, handler) => client.setRequestHandler(SCHEMAS[method], handler),
    hear: (method, handler) => client.setNotificationHandler(SCHEMAS[method], handler),
    call: (params, options) => client.callTool(params, undefined, options),
    connect: () => client.connect(transport),
  };
}

function second(mode) {
  return (url, options) => {
    const client = new Client2(INFO, { capabilities: CAPABILITIES, versionNegotiation: { mode } });
    const transport = new Transport2(new URL(url), options);
    return {
      client,
      transport,
      answer: (method, handler) => client.setRequestHandler(method, handler),
      hear: (method, handler) => client.setNotificationHandler(method, handler),
      call: (params, options) => client.callTool(params, options),
      connect: () => client.connect(transport),
    };
  };
}

// What a client makes of a resource that does not exist: SDK 2 turns the code of the session era into the later one.
export const CLIENTS = [
  { name: 'sdk 1', sessions: true, notFound: -32002, open: first },
  { name: 'sdk 2 legacy', sessions: true, notFound: -32602, open: second('legacy') },
  { name: 'sdk 2 auto', sessions: false, notFound: -32602, open: second('auto') },
  { name: 'sdk 2 pinned', sessions: false, notFound: -32602, open: second({ pin: '2026-07-28' }) },
];
