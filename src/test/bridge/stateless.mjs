// A server of 2026-07-28 alone, made with the official SDK. Usage: node stateless.mjs <port>; 0 for a free one.
import { createServer } from 'node:http';
import { setTimeout as after } from 'node:timers/promises';
import { toNodeHandler } from '@modelcontextprotocol/node';
import { acceptedContent, createMcpHandler, inputRequired, McpServer } from '@modelcontextprotocol/server';
import { z } from 'zod';

let cancelled = 0;
const text = (words) => ({ content: [{ type: 'text', text: words }] });

function make() {
  const server = new McpServer({ name: 'stateless', version: '1.0.0' });
  server.registerTool('echo', { description: 'Echoes.', inputSchema: z.object({ message: z.string() }) },
    async ({ message }) => text(`Echo: ${message}`));
  server.registerTool('steps', { description: 'Reports progress.', inputSchema: z.object({ steps: z.number() }) },
    async ({ steps }, { mcpReq }) => {
      const progressToken = mcpReq._meta?.progressToken;
      for (let progress = 1; progress <= steps; progress++) {
        await after(50);
        if (progressToken !== undefined) {
          await mcpReq.notify({ method: 'notifications/progress', params: { progressToken, progress, total: steps } });
        }
      }
      return text(`Took ${steps} steps`);
    });
  server.registerTool('ask', { description: 'Asks for a name.', inputSchema: z.object({}) }, async (_, { mcpReq }) => {
    const schema = z.object({ name: z.string() });
    const given = acceptedContent(mcpReq.inputResponses, 'who', schema);
    return given ? text(`Hello, ${given.name}!`) : inputRequired({
      inputRequests: { who: inputRequired.elicit({ message: 'Who are you?', requestedSchema: schema }) } });
  });
  server.registerTool('hang', { description: 'Runs until it is cancelled.', inputSchema: z.object({}) },
    async (_, { mcpReq }) => {
      await mcpReq.notify({ method: 'notifications/progress',
        params: { progressToken: mcpReq._meta?.progressToken ?? 'none', progress: 1 } });
      await after(60_000, undefined, { signal: mcpReq.signal }).catch(() => cancelled++);
      return text('never heard');
    });
  server.registerTool('cancelled', { description: 'How many calls were cancelled.', inputSchema: z.object({}) },
    async () => text(String(cancelled)));
  return server;
}

const server = createServer(toNodeHandler(createMcpHandler(make, { legacy: 'reject' })));
server.listen(Number(process.argv[2] ?? 0), '127.0.0.1', () => console.log(`ready http://127.0.0.1:${server.address().port}/mcp`));
process.stdin.resume().on('end', () => process.exit());
