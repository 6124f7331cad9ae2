// What the cases of the TypeScript clients are made of.
import { readFileSync } from 'node:fs';
import { setTimeout as after } from 'node:timers/promises';
import { CLIENTS } from '../../conformance/connections.mjs';

const env = process.env;
const packages = new URL('../../conformance/node_modules/@modelcontextprotocol/', import.meta.url);
const version = (name) => JSON.parse(readFileSync(new URL(`${name}/package.json`, packages))).version;
const named = (name) => CLIENTS.find((client) => client.name === name);
const SESSION_ERA = ['2025-03-26', '2025-06-18', '2025-11-25'];

/** Every client in every revision that it and the server speak. */
export const ROWS = [
  ...SESSION_ERA.map((revision) => ({ ...named('sdk 1'), name: 'typescript-sdk', version: version('sdk'), revision })),
  ...SESSION_ERA.map((revision) => (
    { ...named('sdk 2 legacy'), name: 'typescript-sdk', version: version('client'), revision })),
  { ...named('sdk 2 auto'), name: 'typescript-sdk, auto', version: version('client'), revision: '2026-07-28' },
  { ...named('sdk 2 pinned'), name: 'typescript-sdk, pinned', version: version('client'), revision: '2026-07-28' },
];

/** What a client has no means for, or its revision no word. */
export class Cannot extends Error {}

export const text = (result) => result.content[0].text;

/** Has the stage do something. */
export async function stage(path) {
  const answer = await fetch(env.MCP_STAGE + path, { method: 'POST' });
  if (!answer.ok) {
    throw new Error(`${path}: ${await answer.text()}`);
  }
}

// The SDKs ask for the newest revision with sessions, and cannot be told to ask for an older one.
const asking = (revision) => (url, init) => fetch(url, String(init?.body ?? '').includes('"method":"initialize"')
  ? { ...init, body: init.body.replace(/"protocolVersion":"[^"]*"/, `"protocolVersion":"${revision}"`) }
  : init);

/** A connection of a row, not open yet. It ends with the case unless it is shared. */
export function prepare(row, token = env.MCP_TOKEN, url = env.MCP_URL) {
  return row.open(url, {
    requestInit: { headers: { Authorization: `Bearer ${token}` } },
    ...(row.sessions ? { fetch: asking(row.revision) } : {}),
  });
}

/** Waits for what comes by itself; `again` is done before each look. */
export async function until(found, what, again = async () => {}) {
  const end = performance.now() + 8_000;
  while (performance.now() < end) {
    await again();
    for (let looks = 0; looks < 10; looks++) {
      if (found()) {
        return;
      }
      await after(30);
    }
  }
  throw new Error(`no ${what} within 8 s`);
}

/** Watches a resource as the era does; the result ends it. */
export async function watch({ it, sessions }, uri) {
  if (sessions) {
    await it.client.subscribeResource({ uri });
    return () => it.client.unsubscribeResource({ uri });
  }
  const subscription = await it.client.listen({ resourceSubscriptions: [uri] });
  return () => subscription.close();
}

/** Keeps a note; the result is what a later call passes to find it again. */
export async function keepNote({ it, sessions }, name) {
  const stored = text(await it.call({ name: 'note_set', arguments: { name, text: 'kept' } }));
  return sessions ? { name } : { name, handle: stored.match(/handle is (\S+):/)[1] };
}

/** What session_info says of the session, or of the one under the handle of a note. */
export const sessionInfo = ({ it }, { handle } = {}) =>
  it.call({ name: 'session_info', arguments: handle ? { handle } : {} });

/** The replica that answers. */
export const replica = async (row, note) => JSON.parse(text(await sessionInfo(row, note))).replica;
