// One of the official TypeScript clients on a leash: connects, then calls a tool for each line of standard input and
// says how that went. Usage: node driver.mjs <client> <endpoint>. The token comes from MCP_DEV_TOKEN.
import { createInterface } from 'node:readline';
import { CLIENTS } from './connections.mjs';
import { startProxy } from './proxy.mjs';

const [name, endpoint] = process.argv.slice(2);
const proxy = await startProxy(endpoint, process.env.MCP_DEV_TOKEN);
const it = CLIENTS.find((client) => client.name === name).open(proxy.url);
await it.connect();
console.log('connected');
for await (const tool of createInterface({ input: process.stdin })) {
  console.log(await it.call({ name: tool }).then(() => 'served', (failure) => `failed: ${failure.message}`));
}
process.exit(0);
