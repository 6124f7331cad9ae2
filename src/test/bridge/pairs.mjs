// Every client against every server behind this one. Usage: node pairs.mjs <endpoint>. The token comes from
// MCP_DEV_TOKEN. Prints a table; fails when a cell does.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { setTimeout as after } from 'node:timers/promises';
import { CLIENTS } from '../conformance/connections.mjs';
import { startProxy } from '../conformance/proxy.mjs';

const PATIENCE = 15_000;
const words = (result) => result.content.map((block) => block.text ?? '').join('\n');

/** What the servers call the same things; `cancelled` tells how many calls were cancelled there. */
const SERVERS = JSON.parse(readFileSync(new URL('servers.json', import.meta.url)));

const FACTS = {
  list: async ({ it, server }) => {
    const names = (await it.client.listTools()).tools.map((tool) => tool.name);
    for (const name of server.tools) {
      assert.ok(names.includes(name), `${name} is not in ${names}`);
    }
    assert.ok(names.includes('session_info'));
    assert.ok(!names.includes('e_get-env'), 'what is denied is listed');
  },
  call: async ({ it, server }) => {
    assert.equal(words(await it.call(server.echo)), 'Echo: hi');
  },
  progress: async ({ it, server }) => {
    const seen = [];
    await it.call(server.steps, { onprogress: ({ progress }) => seen.push(progress) });
    assert.deepEqual(seen, [1, 2, 3, 4]);
  },
  elicitation: async ({ it, server }) => {
    it.answer('elicitation/create', async () => ({ action: 'accept', content: { name: 'Ada' } }));
    assert.match(words(await it.call(server.ask)), /Ada/);
  },
  cancel: async ({ it, server }) => {
    const count = async () => Number(words(await it.call(server.cancelled)));
    const before = server.cancelled && await count();
    const control = new AbortController();
    const started = new Promise((resolve) => {
      const call = it.call(server.hang, { signal: control.signal, onprogress: resolve });
      call.then(() => assert.fail('it has an answer'), () => {});
    });
    await started;
    control.abort();
    assert.equal(words(await it.call(server.echo)), 'Echo: hi');
    for (let tries = 0; server.cancelled && tries < 100; tries++) {
      if (await count() > before) {
        return;
      }
      await after(50);
    }
    assert.ok(!server.cancelled, 'the server behind was not told');
  },
};

async function cell(fact, context) {
  const patience = new AbortController();
  try {
    await Promise.race([FACTS[fact](context),
      after(PATIENCE, undefined, { signal: patience.signal }).then(() => { throw new Error('took too long'); })]);
    return '✓';
  } catch (e) {
    console.error(`${context.client} → ${context.name}, ${fact}:`, e);
    return '✗';
  } finally {
    patience.abort();
  }
}

const endpoint = process.argv[2];
const rows = [];
for (const { name: client, open } of CLIENTS) {
  const proxy = await startProxy(endpoint, process.env.MCP_DEV_TOKEN);
  const it = open(proxy.url);
  it.answer('sampling/createMessage', async () => ({
    role: 'assistant', model: 'none', content: { type: 'text', text: 'Paris' } }));
  await it.connect();
  for (const name of Object.keys(SERVERS)) {
    const cells = [];
    for (const fact of Object.keys(FACTS)) {
      cells.push(await cell(fact, { it, server: SERVERS[name], name, client }));
    }
    rows.push([client, name, ...cells]);
  }
  await it.client.close();
  await proxy.close?.();
}
console.log(`| client | server behind | ${Object.keys(FACTS).join(' | ')} |`);
console.log(`|---|---|${'---|'.repeat(Object.keys(FACTS).length)}`);
rows.forEach((row) => console.log(`| ${row.join(' | ')} |`));
process.exit(rows.flat().includes('✗') ? 1 : 0);
