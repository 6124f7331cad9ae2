// The official TypeScript clients against a server, through a proxy that takes down the session headers.
// Usage: node clients.mjs <endpoint>. The token comes from MCP_DEV_TOKEN.
import assert from 'node:assert/strict';
import { setTimeout as after } from 'node:timers/promises';
import { CLIENTS } from './connections.mjs';
import { startProxy } from './proxy.mjs';

const PATIENCE = 10_000;
const SESSION = 'mcp-session-id';

const text = (result) => result.content[0].text;

/** Something that happens once, later. */
function event() {
  let happened;
  const waited = new Promise((resolve) => (happened = resolve));
  return { happened, waited };
}

/** What every client must be able to do: a fact, and how it shows. */
const FACTS = {
  'connects': async ({ it, sessions }) => {
    await it.connect();
    assert.equal(it.client.getServerVersion().name, 'mcp-session-server');
    assert.equal(it.transport.protocolVersion ?? it.client.getNegotiatedProtocolVersion(),
      sessions ? '2025-11-25' : '2026-07-28');
  },
  'lists tools, resources, templates and prompts': async ({ it }) => {
    const { tools } = await it.client.listTools();
    assert.ok(tools.some((tool) => tool.name === 'test_simple_text'));
    assert.equal((await it.client.listResources()).resources.length, 3);
    assert.equal((await it.client.listResourceTemplates()).resourceTemplates.length, 1);
    assert.equal((await it.client.listPrompts()).prompts.length, 5);
  },
  'calls a tool without arguments': async ({ it }) => {
    assert.equal(text(await it.call({ name: 'test_simple_text' })), 'This is a simple text response for testing.');
  },
  'calls a tool that wants its arguments in headers too': async ({ it }) => {
    const given = { region: 'Übersee', count: 42, dry: true, deep: { er: 'x' } };
    assert.equal(text(await it.call({ name: 'test_mirrored_arguments', arguments: given })),
      `Called with: ${JSON.stringify(given)}`);
  },
  'sees a failed tool run': async ({ it }) => {
    assert.equal((await it.call({ name: 'test_error_handling' })).isError, true);
  },
  'sees that there is no such tool': async ({ it }) => {
    await assert.rejects(it.call({ name: 'no_such_tool' }), { code: -32602 });
  },
  'reads a resource and one of a template': async ({ it }) => {
    const fixed = await it.client.readResource({ uri: 'test://static-text' });
    assert.match(fixed.contents[0].text, /static text/);
    const made = await it.client.readResource({ uri: 'test://template/7%2F8/data' });
    assert.equal(JSON.parse(made.contents[0].text).id, '7/8');
  },
  'sees that there is no such resource': async ({ it, notFound }) => {
    await assert.rejects(it.client.readResource({ uri: 'test://none' }), { code: notFound });
  },
  'gets a prompt': async ({ it }) => {
    const { messages } = await it.client.getPrompt({
      name: 'test_prompt_with_arguments', arguments: { arg1: 'a', arg2: 'b' } });
    assert.match(messages[0].content.text, /arg1='a', arg2='b'/);
  },
  'has an argument completed': async ({ it }) => {
    const { completion } = await it.client.complete({
      ref: { type: 'ref/prompt', name: 'test_prompt_with_arguments' }, argument: { name: 'arg1', value: 'par' } });
    assert.deepEqual(completion.values, ['paris', 'park', 'party']);
  },
  'receives progress': async ({ it }) => {
    const seen = [];
    await it.call({ name: 'test_tool_with_progress' }, { onprogress: ({ progress }) => seen.push(progress) });
    assert.deepEqual(seen, [0, 50, 100]);
  },
  'receives log messages it asked for': async ({ it, sessions }) => {
    const seen = [];
    it.hear('notifications/message', ({ params }) => { seen.push(params.data); });
    const meta = sessions ? {} : { _meta: { 'io.modelcontextprotocol/logLevel': 'info' } };
    await it.call({ name: 'test_tool_with_logging', ...meta });
    assert.equal(seen.length, 3);
  },
  'answers an elicitation': async ({ it }) => {
    it.answer('elicitation/create', () => ({ action: 'accept', content: { response: 'yes', name: 'Alice' } }));
    assert.match(text(await it.call({ name: 'test_elicitation', arguments: { message: 'Well?' } })),
      /action=accept, content=.*yes/);
  },
  'answers for its model': async ({ it }) => {
    it.answer('sampling/createMessage', () => (
      { role: 'assistant', model: 'none', content: { type: 'text', text: 'Paris' } }));
    assert.equal(text(await it.call({ name: 'test_sampling', arguments: { prompt: 'Capital of France?' } })),
      'LLM response: Paris');
  },
  'answers three questions at once': async ({ it }) => {
    it.answer('roots/list', () => ({ roots: [{ uri: 'file:///tmp' }] }));
    assert.equal(text(await it.call({ name: 'test_input_required_result_multiple_inputs' })),
      'Name: Alice; Greeting: Paris; 1 root(s)');
  },
  'answers one question after the other': async ({ it }) => {
    it.answer('elicitation/create', ({ params }) => ({
      action: 'accept',
      content: params.message.startsWith('Step 1') ? { name: 'Bob' } : { color: 'green' },
    }));
    assert.equal(text(await it.call({ name: 'test_input_required_result_multi_round' })),
      'Multi-round complete for Bob who likes green');
  },
  'declines an elicitation': async ({ it }) => {
    it.answer('elicitation/create', () => ({ action: 'decline' }));
    assert.match(text(await it.call({ name: 'test_elicitation', arguments: { message: 'Well?' } })), /action=decline/);
  },
  'cancels a call and goes on': async ({ it }) => {
    const abort = new AbortController();
    const running = it.call({ name: 'test_wait_until_cancelled' }, { signal: abort.signal });
    setTimeout(() => abort.abort(), 300);
    await assert.rejects(running);
    assert.ok(text(await it.call({ name: 'test_simple_text' })));
  },
  'hears that a list changed': async ({ it, sessions }) => {
    const changed = event();
    it.hear('notifications/tools/list_changed', changed.happened);
    const subscription = sessions ? undefined : await it.client.listen({ toolsListChanged: true });
    await it.call({ name: 'test_trigger_tool_change' });
    await changed.waited;
    await subscription?.close();
  },
  'hears of a resource it watches': async ({ it, sessions }) => {
    const uri = 'test://watched-resource';
    const updated = event();
    it.hear('notifications/resources/updated', ({ params }) => updated.happened(params.uri));
    const subscription = sessions ? await it.client.subscribeResource({ uri })
      : await it.client.listen({ resourceSubscriptions: [uri] });
    await it.call({ name: 'test_trigger_resource_update' });
    assert.equal(await updated.waited, uri);
    await (sessions ? it.client.unsubscribeResource({ uri }) : subscription.close());
  },
  'keeps a note, though its session was lost before': async ({ it, sessions }) => {
    const { sessionId } = it.transport;
    if (sessions) {
      // As after an expiry: SDK 1 takes the new id that comes back, SDK 2 goes on sending the old one.
      it.transport._sessionId = `lost-${crypto.randomUUID()}`;
    }
    const stored = text(await it.call({ name: 'note_set', arguments: { name: 'n', text: 'kept' } }));
    const handle = sessions ? {} : { handle: stored.match(/handle is (\S+):/)[1] };
    assert.equal(text(await it.call({ name: 'note_get', arguments: { name: 'n', ...handle } })), 'kept');
    it.transport._sessionId = sessionId;
  },
  'ends its session, and closes': async ({ it, sessions }) => {
    if (sessions) {
      await it.transport.terminateSession();
    }
    await it.client.close();
  },
  'sent and received session headers only where there are sessions': async ({ seen, sessions }) => {
    assert.ok(seen.length > 10);
    assert.equal(seen.some(({ sent, received }) => sent || received), sessions);
  },
};

async function check(fact, context) {
  const late = new AbortController();
  try {
    await Promise.race([fact(context), after(PATIENCE, undefined, { signal: late.signal }).then(() => {
      throw new Error(`nothing happened within ${PATIENCE} ms`);
    })]);
    return undefined;
  } catch (failure) {
    return failure;
  } finally {
    late.abort();
  }
}

const [endpoint] = process.argv.slice(2);
let passed = 0;
let failed = 0;
for (const { name, open, ...traits } of CLIENTS) {
  const seen = [];
  const proxy = await startProxy(endpoint, process.env.MCP_DEV_TOKEN, (request, answer) =>
    seen.push({ sent: request.headers[SESSION], received: answer.headers[SESSION] }));
  const context = { it: open(proxy.url), seen, ...traits };
  for (const [fact, shows] of Object.entries(FACTS)) {
    const failure = await check(shows, context);
    console.log(`${failure ? '✗' : '✓'} ${name.padEnd(14)} ${fact}`);
    if (failure) {
      console.log(failure);
    }
    failure ? failed++ : passed++;
  }
  proxy.close();
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
