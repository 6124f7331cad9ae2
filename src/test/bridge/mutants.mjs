// The official clients in front of servers whose answers have one thing changed each, beside one that is healthy.
// Usage: node mutants.mjs <endpoint> <control>; <control>/N begins round N. The token comes from MCP_DEV_TOKEN.
import assert from 'node:assert/strict';
import { CLIENTS } from '../conformance/connections.mjs';
import { startProxy } from '../conformance/proxy.mjs';

const ROUNDS = 10;
const [endpoint, control] = process.argv.slice(2);

/** All pages of a list, each checked by the client's own schema. */
async function all(list, member) {
  const items = [];
  let cursor;
  do {
    const page = await list(cursor === undefined ? undefined : { cursor });
    items.push(...page[member]);
    cursor = page.nextCursor;
  } while (cursor);
  return items;
}

/** What a server answers may be an error; what the client cannot read may not be. */
async function readable(answer) {
  try {
    await answer;
  } catch (e) {
    assert.ok(!e.issues && !/ZodError|invalid_(type|union|value|format|key)|Invalid result|INVALID_RESULT/i.test(`${e.name} ${e.code} ${e.message}`),
      `the client cannot read an answer: ${e.message}`);
  }
}

async function round(it) {
  const { client } = it;
  const tools = (await all((page) => client.listTools(page), 'tools')).map((tool) => tool.name);
  assert.ok(tools.includes('h_echo'), 'the healthy tool is not listed');
  const resources = await all((page) => client.listResources(page), 'resources');
  await all((page) => client.listResourceTemplates(page), 'resourceTemplates');
  const prompts = await all((page) => client.listPrompts(page), 'prompts');
  const mutated = tools.filter((name) => /^m\d+_/.test(name));
  const result = await it.call({ name: 'h_echo' });
  assert.equal(result.content[0].text, 'done');
  await Promise.all([
    ...mutated.map((name) => readable(it.call({ name, arguments: { a: 'b' } }))),
    ...resources.map(({ uri }) => readable(client.readResource({ uri }))),
    ...prompts.map(({ name }) => readable(client.getPrompt({ name }))),
    ...prompts.map(({ name }) => readable(client.complete({ ref: { type: 'ref/prompt', name }, argument: { name: 'who', value: '' } }))),
  ]);
  assert.equal((await it.call({ name: 'h_echo' })).content[0].text, 'done');
  return mutated.length;
}

let failed = 0;
let called = 0;
for (let number = 0; number < ROUNDS; number++) {
  const begun = await fetch(`${control}/${number}`);
  const wrong = await begun.text();
  assert.equal(begun.status, 200, wrong);
  for (const { name, open } of CLIENTS) {
    const proxy = await startProxy(endpoint, process.env.MCP_DEV_TOKEN);
    const it = open(proxy.url);
    try {
      await it.connect();
      called += await round(it);
    } catch (e) {
      failed++;
      console.error(`round ${number}, ${name}:`, e, wrong);
    } finally {
      await it.client.close();
      await proxy.close?.();
    }
  }
}
console.log(`${ROUNDS} rounds of mutated answers, ${CLIENTS.length} clients, ${called} calls of tools that are listed: ${failed} failed`);
// Nobody who lists no such tool has read a wrong answer.
process.exit(failed || called < ROUNDS ? 1 : 0);
