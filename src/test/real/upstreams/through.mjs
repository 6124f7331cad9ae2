// What official TypeScript clients meet at servers of three SDKs and FastMCP: directly, and through this server. Usage:
// node through.mjs <endpoint> <servers as JSON>. The token comes from MCP_DEV_TOKEN. Prints a table; fails when a cell
// is worse through this server than directly.
import { setTimeout as after } from 'node:timers/promises';
import { CLIENTS as ALL } from '../../conformance/connections.mjs';
import { startProxy } from '../../conformance/proxy.mjs';

const PATIENCE = 6_000;
const ROOT = 'file:///somewhere';
const LEVEL = { 'io.modelcontextprotocol/logLevel': 'debug' };

const words = (result) => (result.isError ? 'tool error: ' : '')
  + result.content.map((block) => block.text ?? block.type).join('\n')
  + (result.structuredContent ? ' ' + JSON.stringify(result.structuredContent) : '');

// One client for each revision. What "auto" finds out directly and through this server, which serves both eras, differs.
const named = (name) => ALL.find((client) => client.name === name);
const CLIENTS = [
  { ...named('sdk 1'), revision: '2025-03-26', only: ['everything', 'python2-sse', 'go-sse'] },
  { ...named('sdk 1'), revision: '2025-06-18',
    only: ['everything', 'python1-sse', 'python1-stateless', 'fastmcp-json', 'go-json'] },
  { ...named('sdk 1'), revision: '2025-11-25' },
  { ...named('sdk 2 legacy'), revision: '2025-11-25' },
  { ...named('sdk 2 pinned'), revision: '2026-07-28' },
];

// The SDKs cannot be told to ask for an older revision than the newest with sessions.
const plain = globalThis.fetch;
let revision;
globalThis.fetch = (url, init) => plain(url, String(init?.body ?? '').includes('"method":"initialize"')
  ? { ...init, body: init.body.replace(/"protocolVersion":"[^"]*"/, `"protocolVersion":"${revision}"`) }
  : init);

/** Waits for what a notification leaves behind. */
async function until(found, what) {
  for (let tries = 0; tries < 60; tries++) {
    if (found()) {
      return;
    }
    await after(50);
  }
  throw new Error(`no ${what}`);
}

/** Subscribes as the era of the client does; the result ends it. */
async function subscribe({ it, client }, uri) {
  if (client.sessions) {
    await it.client.subscribeResource({ uri });
    return () => it.client.unsubscribeResource({ uri });
  }
  const subscription = await it.client.listen({ resourceSubscriptions: [uri] });
  if (!subscription.honoredFilter?.resourceSubscriptions?.includes(uri)) {
    await subscription.close();
    throw new Error('not acknowledged');
  }
  return () => subscription.close();
}

// Each with the connection and a server: its prefix for tools and prompts, its own name for URIs.
const tool = (name, args = {}) => ({ it, server }) => it.call({ name: server.prefix + name, arguments: args }).then(words);
const COMMON = {
  // This server passes no tasks on, so tools that run as tasks alone are left out.
  list: async ({ it, server }) => (await it.client.listTools()).tools
    .filter(({ execution }) => execution?.taskSupport !== 'required').map(({ name }) => name)
    .filter((name) => name.startsWith(server.prefix)).map((name) => name.slice(server.prefix.length))
    .filter((name) => name !== 'grown').sort().join(' '),
  progress: async ({ it, server }) => {
    const seen = [];
    const result = await it.call(server.steps, { onprogress: ({ progress }) => seen.push(progress) });
    return `${seen} ${words(result)}`;
  },
  cancel: async ({ it, server }) => {
    const count = async () => server.cancelled && words(await it.call(server.cancelled));
    const before = await count();
    const control = new AbortController();
    await new Promise((resolve, reject) => {
      it.call(server.hang, { signal: control.signal, onprogress: resolve, timeout: PATIENCE }).catch(reject);
    });
    control.abort();
    let now = await count();
    for (let tries = 0; server.cancelled && now === before && tries < 40; tries++) {
      await after(50);
      now = await count();
    }
    return server.cancelled ? (now === before ? 'not told' : 'told') : 'gone';
  },
};
const SDK = {
  echo: tool('echo', { message: 'hi' }),
  structured: tool('add', { a: 1, b: 2 }),
  fail: tool('fail'),
  'unknown tool': tool('nothing'),
  'wrong arguments': tool('add', { a: 'x' }),
  roots: tool('roots'),
  sampling: tool('sample'),
  'elicitation in the call': tool('elicit_with'),
  'elicitation beside it': tool('elicit_beside'),
  'refused elicitation': tool('refused'),
  resource: async ({ it, server }) => (await it.client.readResource({ uri: `${server.name}://static` })).contents[0].text,
  template: async ({ it, server }) => (await it.client.readResource({ uri: `${server.name}://item/7` })).contents[0].text,
  'missing resource': async ({ it, server }) =>
    (await it.client.readResource({ uri: `${server.name}:missing` })).contents[0].text,
  prompt: async ({ it, server }) => (await it.client.getPrompt({ name: `${server.prefix}greet`,
    arguments: { who: 'Ada' } })).messages[0].content.text,
  logs: async ({ it, server, client }) => {
    const seen = [];
    it.hear('notifications/message', ({ params }) => { seen.push(`${params.level} ${JSON.stringify(params.data)}`); });
    if (client.sessions) {
      await it.client.setLoggingLevel('debug');
    }
    await it.call({ name: `${server.prefix}log`, arguments: {}, ...(client.sessions ? {} : { _meta: LEVEL }) });
    await after(200);
    return seen.filter((it) => /with|beside/.test(it)).sort().join(', ');
  },
  subscription: async (context) => {
    const { it, server } = context;
    const seen = [];
    const uri = `${server.name}://static`;
    it.hear('notifications/resources/updated', ({ params }) => { seen.push(params.uri); });
    const end = await subscribe(context, uri);
    await it.call({ name: `${server.prefix}touch`, arguments: {} });
    await until(() => seen.includes(uri), 'update');
    await end();
    return 'told';
  },
  // Good is a refusal: a server that confirms what it will never tell does its client no favour.
  'subscription to nothing': async (context) => {
    try {
      await subscribe(context, `${context.server.name}:missing`);
    } catch {
      return 'refused';
    }
    throw new Error('confirmed');
  },
  'list changed': async ({ it, server, client }) => {
    let seen = 0;
    it.hear('notifications/tools/list_changed', () => { seen++; });
    const listening = client.sessions ? undefined : await it.client.listen({ toolsListChanged: true });
    await it.call({ name: `${server.prefix}grow`, arguments: {} });
    await until(() => seen, 'notification');
    await listening?.close();
    return 'told';
  },
};
const EVERYTHING = {
  echo: tool('echo', { message: 'hi' }),
  sum: tool('get-sum', { a: 2, b: 3 }),
  structured: tool('get-structured-content', { location: 'Chicago' }),
  image: tool('get-tiny-image'),
  annotated: tool('get-annotated-message', { messageType: 'success', includeImage: true }),
  links: tool('get-resource-links', { count: 2 }),
  roots: tool('get-roots-list'),
  sampling: tool('trigger-sampling-request', { prompt: 'Capital?' }),
  elicitation: tool('trigger-elicitation-request'),
  logs: async ({ it, server }) => {
    let seen = 0;
    it.hear('notifications/message', ({ params }) => { seen += /level/.test(params.data) ? 1 : 0; });
    await it.call({ name: `${server.prefix}toggle-simulated-logging`, arguments: {} });
    await until(() => seen, 'log message');
    await it.call({ name: `${server.prefix}toggle-simulated-logging`, arguments: {} });
    return 'told';
  },
  subscription: async (context) => {
    const { it, server } = context;
    const seen = [];
    const uri = 'demo://resource/dynamic/text/1';
    it.hear('notifications/resources/updated', ({ params }) => { seen.push(params.uri); });
    const end = await subscribe(context, uri);
    await it.call({ name: `${server.prefix}toggle-subscriber-updates`, arguments: {} });
    await until(() => seen.includes(uri), 'update');
    await it.call({ name: `${server.prefix}toggle-subscriber-updates`, arguments: {} });
    await end();
    return 'told';
  },
  prompt: async ({ it, server }) => (await it.client.getPrompt({ name: `${server.prefix}args-prompt`,
    arguments: { city: 'Paris' } })).messages[0].content.text,
  completion: async ({ it, server }) => (await it.client.complete({
    ref: { type: 'ref/prompt', name: `${server.prefix}completable-prompt` },
    argument: { name: 'department', value: 'E' } })).completion.values.join(' '),
};
const GO = { rounds: tool('rounds') };

const ALONE = new Set(['cancel', 'subscription', 'list changed']);

/** What a case comes to, as text; whatever differs from run to run is left out. */
async function outcome(run, context) {
  const patience = new AbortController();
  try {
    const text = await Promise.race([run(context),
      after(PATIENCE, undefined, { signal: patience.signal }).then(() => { throw new Error('nothing came'); })]);
    return { good: !/^(tool error|not told)/.test(text), text };
  } catch (e) {
    return { good: false, text: `${e.code ?? ''} ${e.message}`.trim() };
  } finally {
    patience.abort();
  }
}

async function connected(client, url, token) {
  const proxy = token ? await startProxy(url, token) : { url, close: () => {} };
  const it = client.open(proxy.url);
  it.answer('roots/list', async () => ({ roots: [{ uri: ROOT, name: 'r' }] }));
  it.answer('sampling/createMessage', async () => ({
    role: 'assistant', model: 'none', content: { type: 'text', text: 'Paris' } }));
  it.answer('elicitation/create', async ({ params }) => {
    if (params.message === 'Refuse this') {
      throw Object.assign(new Error('no such thing'), { code: -32602, data: { why: 7 } });
    }
    return { action: 'accept', content: { name: 'Ada' } };
  });
  await it.connect();
  // The stream of server messages is opened beside what comes first.
  await after(300);
  return { it, close: async () => { await it.client.close(); proxy.close(); } };
}

const [endpoint, list] = process.argv.slice(2);
const counts = { same: 0, better: 0, worse: 0 };
console.log('| client | server | case | directly | through |\n|---|---|---|---|---|');
const cut = (text) => text.replaceAll('\n', ' ').replaceAll('|', '/').slice(0, 60);
for (const client of CLIENTS) {
  revision = client.revision;
  const through = await connected(client, endpoint, process.env.MCP_DEV_TOKEN);
  for (const server of JSON.parse(list)) {
    if (client.only && !client.only.includes(server.name)) {
      continue;
    }
    const call = (name, args = {}) => (prefix) => ({ name: prefix + name, arguments: args });
    const kind = server.kind === 'everything';
    const at = (prefix) => ({ ...server, prefix,
      steps: call(...(kind ? ['trigger-long-running-operation', { duration: 1, steps: 4 }] : ['steps']))(prefix),
      hang: call(...(kind ? ['trigger-long-running-operation', { duration: 60, steps: 600 }] : ['hang']))(prefix),
      cancelled: kind ? undefined : call('count_cancelled')(prefix) });
    let direct;
    try {
      direct = await connected(client, server.url);
    } catch (e) {
      // It does not serve this client at all; whatever works through this server is more.
      direct = undefined;
    }
    const cases = { ...COMMON, ...(kind ? EVERYTHING : SDK), ...(server.kind === 'go' ? GO : {}) };
    for (const [name, run] of Object.entries(cases)) {
      if (name === 'links' && client.revision < '2025-06-18') {
        // That revision knows no links: they become text here, where the server sends what its client may not know.
        continue;
      }
      const cells = [
        () => (direct ? outcome(run, { it: direct.it, server: at(''), client })
          : { good: false, text: 'does not connect' }),
        () => outcome(run, { it: through.it, server: at(server.prefix), client }),
      ];
      // What one connection does here the other would hear of.
      const [there, here] = ALONE.has(name) ? [await cells[0](), await cells[1]()]
        : await Promise.all(cells.map((cell) => cell()));
      const equal = here.text.replaceAll(server.prefix, '') === there.text;
      const verdict = here.good === there.good && (equal || !here.good) ? 'same'
        : here.good && !there.good ? 'better' : 'worse';
      counts[verdict]++;
      console.log(`| ${client.name}, ${client.revision} | ${server.name} | ${name} | ${there.good ? '✓' : '✗'} ${cut(there.text)} | `
        + `${verdict === 'worse' ? '**worse** ' : ''}${here.good ? '✓' : '✗'} ${equal ? '=' : cut(here.text)} |`);
    }
    await direct?.close();
  }
  await through.close();
}
console.log(`${counts.same + counts.better} passed, ${counts.worse} failed (${counts.same} same, ${counts.better} better)`);
process.exit(counts.worse ? 1 : 0);
