// The original design, made with the official SDK: sessions in a Map of this process. Usage: node node.mjs json|events
// <file of the tools>; answers are plain JSON or event streams, which is the SDK's default.
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import express from 'express';
import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { isInitializeRequest, ListToolsRequestSchema } from '@modelcontextprotocol/sdk/types.js';

const enableJsonResponse = process.argv[2] === 'json';
const { tools } = JSON.parse(readFileSync(process.argv[3], 'utf8'));
const sessions = new Map();

function newServer() {
  const server = new Server({ name: 'node', version: '1.0.0' }, { capabilities: { tools: {} } });
  server.setRequestHandler(ListToolsRequestSchema, async () => ({ tools }));
  return server;
}

async function newSession() {
  const transport = new StreamableHTTPServerTransport({
    enableJsonResponse,
    sessionIdGenerator: () => randomUUID(),
    onsessioninitialized: (id) => sessions.set(id, transport),
  });
  transport.onclose = () => sessions.delete(transport.sessionId);
  await newServer().connect(transport);
  return transport;
}

const app = express();
app.use(express.json());
app.all('/mcp', async (request, response) => {
  const known = sessions.get(request.headers['mcp-session-id']);
  if (!known && !isInitializeRequest(request.body)) {
    response.status(404).end();
    return;
  }
  await (known ?? await newSession()).handleRequest(request, response, request.body);
});
const server = app.listen(0, '127.0.0.1', () => console.log(`ready ${server.address().port}`));
process.stdin.resume().on('end', () => process.exit());
