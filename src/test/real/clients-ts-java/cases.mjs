// The official TypeScript clients, each in every revision, against two replicas. Usage: node cases.mjs [CASE...], in the
// environment that stage makes; without cases, all of them. Writes results, and prints what failed and a line of counts.
import assert from 'node:assert/strict';
import { appendFileSync } from 'node:fs';
import { setTimeout as after } from 'node:timers/promises';
import { Cannot, ROWS, keepNote, prepare, replica, sessionInfo, stage, text, until, watch } from './steps.mjs';

const env = process.env;
// A replica that is restarted on a busy machine takes its time.
const PATIENCE = 60_000;
const counts = { ok: 0, cannot: 0, failed: 0 };

const needsSessions = ({ sessions }, what) => {
  if (!sessions) {
    throw new Cannot(`the revision has no ${what}`);
  }
};

// Cases with the one connection of their row. What a case returns is its note.
const SHARED = {
  connect: async ({ it, revision, sessions }) => {
    await it.connect();
    assert.equal(it.client.getServerVersion().name, 'mcp-session-server');
    assert.equal(it.transport.protocolVersion ?? it.client.getNegotiatedProtocolVersion(), revision);
    assert.equal(Boolean(it.transport.sessionId), sessions);
  },
  list: async ({ it }) => {
    const names = (await it.client.listTools()).tools.map((tool) => tool.name);
    assert.ok(names.includes('test_simple_text') && names.includes('session_info'));
    assert.equal(new Set(names).size, names.length);
  },
  call: async ({ it }) => {
    assert.equal(text(await it.call({ name: 'test_simple_text' })), 'This is a simple text response for testing.');
    const { content } = await it.call({ name: 'test_multiple_content_types' });
    assert.deepEqual(content.map((block) => block.type), ['text', 'image', 'resource']);
  },
  structured: async (row) => {
    const result = await sessionInfo(row, await keepNote(row, 'structured'));
    assert.match(text(result), /"replica":"(first|second)"/);
    assert.deepEqual(result.structuredContent, JSON.parse(text(result)));
    assert.equal(result.structuredContent.protocol_version, row.revision);
  },
  'tool-error': async ({ it }) => {
    assert.equal((await it.call({ name: 'test_error_handling' })).isError, true);
    await assert.rejects(it.call({ name: 'no_such_tool' }), { code: -32602 });
  },
  progress: async ({ it }) => {
    const seen = [];
    await it.call({ name: 'test_tool_with_progress' }, { onprogress: ({ progress }) => seen.push(progress) });
    assert.deepEqual(seen, [0, 50, 100]);
  },
  logging: async ({ it, sessions }) => {
    const seen = [];
    it.hear('notifications/message', ({ params }) => { seen.push(params.data); });
    const call = (level) => it.call({ name: 'test_tool_with_logging',
      ...(sessions ? {} : { _meta: { 'io.modelcontextprotocol/logLevel': level } }) });
    const asked = async (level) => sessions && it.client.setLoggingLevel(level);
    await asked('info');
    await call('info');
    assert.deepEqual(seen,
      ['Tool execution started', 'Tool processing data', 'Tool execution completed']);
    await asked('warning');
    await call('warning');
    assert.equal(seen.length, 3);
  },
  elicitation: async (row) => {
    const asked = [];
    row.it.answer('elicitation/create', ({ params }) => {
      asked.push(params.message);
      return { action: 'accept', content: { response: 'yes' } };
    });
    const ask = () => row.it.call({ name: 'test_elicitation', arguments: { message: 'Well?' } });
    assert.match(text(await ask()), /action=accept, content=.*yes/);
    row.it.answer('elicitation/create', () => ({ action: 'decline' }));
    assert.match(text(await ask()), /action=decline/);
    assert.deepEqual(asked, ['Well?']);
  },
  sampling: async ({ it }) => {
    it.answer('sampling/createMessage', ({ params }) => ({ role: 'assistant', model: 'none',
      content: { type: 'text', text: `${params.messages[0].content.text} Paris.` } }));
    assert.equal(text(await it.call({ name: 'test_sampling', arguments: { prompt: 'Capital?' } })),
      'LLM response: Capital? Paris.');
  },
  roots: async ({ it }) => {
    it.answer('roots/list', () => ({ roots: [{ uri: 'file:///a' }, { uri: 'file:///b' }] }));
    assert.equal(text(await it.call({ name: 'test_input_required_result_list_roots' })), 'Found 2 root(s)');
  },
  resources: async ({ it, notFound }) => {
    assert.equal((await it.client.listResources()).resources.length, 3);
    assert.match((await it.client.readResource({ uri: 'test://static-text' })).contents[0].text, /static text/);
    const { contents } = await it.client.readResource({ uri: 'test://static-binary' });
    assert.deepEqual([...Buffer.from(contents[0].blob, 'base64').subarray(1, 4)], [...Buffer.from('PNG')]);
    await assert.rejects(it.client.readResource({ uri: 'test://none' }), { code: notFound });
  },
  templates: async ({ it }) => {
    const { resourceTemplates } = await it.client.listResourceTemplates();
    assert.deepEqual(resourceTemplates.map((template) => template.uriTemplate), ['test://template/{id}/data']);
    const { contents } = await it.client.readResource({ uri: 'test://template/7%2F8/data' });
    assert.equal(JSON.parse(contents[0].text).id, '7/8');
  },
  prompts: async ({ it }) => {
    assert.equal((await it.client.listPrompts()).prompts.length, 5);
    const { messages } = await it.client.getPrompt({
      name: 'test_prompt_with_arguments', arguments: { arg1: 'a', arg2: 'b' } });
    assert.match(messages[0].content.text, /arg1='a', arg2='b'/);
  },
  completion: async ({ it }) => {
    const complete = async (ref, argument) => (await it.client.complete({ ref, argument })).completion.values;
    assert.deepEqual(await complete({ type: 'ref/prompt', name: 'test_prompt_with_arguments' },
      { name: 'arg1', value: 'par' }), ['paris', 'park', 'party']);
    assert.deepEqual(await complete({ type: 'ref/resource', uri: 'test://template/{id}/data' },
      { name: 'id', value: '12' }), ['123', '124']);
  },
  subscription: async (row) => {
    const { it } = row;
    const heard = [];
    it.hear('notifications/resources/updated', ({ params }) => { heard.push(params.uri); });
    const end = await watch(row, 'test://watched-resource');
    await until(() => heard.length > 0, 'update', () => it.call({ name: 'test_trigger_resource_update' }));
    assert.equal(heard[0], 'test://watched-resource');
    await end();
  },
  'list-change': async ({ it, sessions }) => {
    const heard = [];
    it.hear('notifications/tools/list_changed', () => { heard.push(1); });
    const subscription = sessions ? undefined : await it.client.listen({ toolsListChanged: true });
    await until(() => heard.length > 0, 'change', () => it.call({ name: 'test_trigger_tool_change' }));
    await subscription?.close();
  },
  cancel: async (row) => {
    const { it } = row;
    const told = [];
    it.hear('notifications/resources/updated', ({ params }) => { told.push(params.uri); });
    const end = await watch(row, 'test://template/cancelled/data');
    const abort = new AbortController();
    let begun = false;
    const running = it.call({ name: 'test_wait_until_cancelled' },
      { signal: abort.signal, onprogress: () => { begun = true; } });
    const rejected = assert.rejects(running);
    await until(() => begun, 'progress');
    abort.abort();
    await rejected;
    await until(() => told.includes('test://template/cancelled/data'), 'word that the tool ended');
    await end();
    assert.ok(text(await it.call({ name: 'test_simple_text' })));
  },
};

const connected = async (row) => {
  await row.it.connect();
  return row;
};

const refused = (token, word) => async (row) => {
  const it = prepare(row, token);
  await assert.rejects(it.connect(), (failure) => {
    assert.match(`${failure.code} ${failure.status} ${failure.data?.status} ${failure.message}`, /401/);
    assert.match(String(failure.message) + JSON.stringify(failure.data ?? {}), word);
    return true;
  });
};

// Cases that end or move what others stand on: each with a connection of its own.
const ALONE = {
  delete: async (row) => {
    needsSessions(row, 'sessions to end');
    const { it } = await connected(row);
    const { sessionId } = it.transport;
    await it.transport.terminateSession();
    const answer = await fetch(env.MCP_SECOND, { method: 'POST', body: '{"jsonrpc":"2.0","id":1,"method":"ping"}',
      headers: { Authorization: `Bearer ${env.MCP_TOKEN}`, 'Mcp-Session-Id': sessionId,
        'Content-Type': 'application/json', Accept: 'application/json, text/event-stream' } });
    await answer.body.cancel();
    assert.equal(answer.status, 404);
  },
  'wrong-token': refused('nobody', /unknown token/),
  'expired-token': refused(env.MCP_EXPIRED_TOKEN, /expired/),
  restart: async (row) => {
    await stage('/to/first');
    await connected(row);
    const note = await keepNote(row, 'restart');
    await stage('/restart/first');
    assert.equal(text(await row.it.call({ name: 'note_get', arguments: note })), 'kept');
    assert.equal(await replica(row, note), 'first');
  },
  'other-replica': async (row) => {
    await stage('/to/first');
    await connected(row);
    const note = await keepNote(row, 'other');
    assert.equal(await replica(row, note), 'first');
    await stage('/to/second');
    assert.equal(text(await row.it.call({ name: 'note_get', arguments: note })), 'kept');
    assert.equal(await replica(row, note), 'second');
    // Each new connection of many is led to the other one.
    await stage('/to/turns');
    const answers = await Promise.all(Array.from({ length: 8 }, () =>
      row.it.call({ name: 'note_get', arguments: note })));
    assert.deepEqual(answers.map(text), Array(8).fill('kept'));
  },
  resume: async (row) => {
    await stage('/to/first');
    const { it } = await connected(row);
    const note = await keepNote(row, 'resume');
    const seen = [];
    const running = it.call({ name: 'test_steps', arguments: { steps: '20' } },
      { onprogress: ({ progress }) => seen.push(progress), timeout: 20_000 });
    const ended = running.then((result) => ({ result }), (failure) => ({ failure }));
    await until(() => seen.length >= 3, 'progress');
    await stage('/to/second');
    const { result, failure } = await ended;
    if (!row.sessions) {
      // Nothing can be resumed: the caller must learn of it, and go on.
      assert.ok(failure, 'a call whose stream broke ended well');
      assert.equal(await replica(row, note), 'second');
      throw new Cannot('the revision has no resumption; the call fails at once, the next one is served');
    }
    if (failure) {
      throw failure;
    }
    assert.equal(text(result), 'Completed 20 steps');
    assert.deepEqual(seen, Array.from({ length: 20 }, (_, at) => at + 1));
  },
};

/** A session that ends while its client is connected, under each policy. */
const ENDED = {
  compat: async (row) => {
    const { it } = await connected(row);
    const before = it.transport.sessionId;
    await stage('/end');
    assert.ok(text(await it.call({ name: 'test_simple_text' })));
    const note = await keepNote(row, 'later');
    assert.equal(text(await it.call({ name: 'note_get', arguments: note })), 'kept');
    return it.transport.sessionId === before ? 'goes on with the old id' : 'goes on with the new id';
  },
  strict: async (row) => {
    const { it } = await connected(row);
    await stage('/end');
    await assert.rejects(it.call({ name: 'test_simple_text' }), (failure) => /not found|404/i.test(
      `${failure.code} ${failure.message}`));
    const again = prepare(row);
    await again.connect();
    assert.ok(text(await again.call({ name: 'test_simple_text' })));
    await again.client.close();
    return 'an error (404), the caller connects anew';
  },
  robust: async (row) => {
    const { it } = await connected(row);
    const before = it.transport.sessionId;
    await stage('/end');
    assert.ok(text(await it.call({ name: 'test_simple_text' })));
    assert.equal(it.transport.sessionId, before);
    return 'goes on';
  },
};

async function run(row, name, policy, play) {
  const late = new AbortController();
  let outcome = 'ok';
  let note = '';
  try {
    note = await Promise.race([play(row), after(PATIENCE, undefined, { signal: late.signal }).then(() => {
      throw new Error(`nothing happened within ${PATIENCE} ms`);
    })]) ?? '';
  } catch (failure) {
    outcome = failure instanceof Cannot ? 'cannot' : 'failed';
    note = failure.message;
    if (outcome === 'failed') {
      console.log(`${row.name} ${row.version}, ${row.revision}, ${name} ${policy}:`, failure);
    }
  } finally {
    late.abort();
  }
  counts[outcome]++;
  appendFileSync(env.MCP_RESULTS, `${[row.name, row.version, row.revision, name, policy, outcome,
    note.replace(/\s+/g, ' ').slice(0, 200)].join('\t')}\n`);
}

async function alone(row, name, policy, play) {
  const it = prepare(row);
  await run({ ...row, it }, name, policy, play);
  await it.client.close();
}

const wanted = process.argv.slice(2);
const chosen = (cases) => Object.entries(cases).filter(([name]) => wanted.length === 0 || wanted.includes(name));
for (const row of ROWS) {
  await stage('/to/turns');
  const it = prepare(row);
  for (const [name, play] of chosen(SHARED)) {
    await run({ ...row, it }, name, '-', play);
  }
  await it.client.close();
  for (const [name, play] of chosen(ALONE)) {
    await alone(row, name, '-', play);
  }
}
await stage('/to/turns');
for (const [policy, play] of chosen({ ended: ENDED }).flatMap(([, all]) => Object.entries(all))) {
  await stage(`/policy/${policy}`);
  for (const row of ROWS) {
    await alone(row, 'ended', policy, row.sessions ? play : async () => 'has no session');
  }
}
console.log(`typescript clients: ${counts.ok} ok, ${counts.cannot} cannot, ${counts.failed} failed`);
process.exit(counts.failed ? 1 : 0);
