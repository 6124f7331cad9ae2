// The TypeScript SDK's OAuth against the endpoint: from a 401 by metadata, registration and PKCE to a tool's answer.
// Usage: node flow.mjs <endpoint> <issuer>
import assert from 'node:assert/strict';
import { UnauthorizedError } from '@modelcontextprotocol/sdk/client/auth.js';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { signIn } from './browser.mjs';

const [endpoint, issuer] = process.argv.slice(2);
const CALLBACK = 'http://127.0.0.1:1/callback';

/** What the SDK wants remembered between its steps. */
class Memory {
  redirectUrl = CALLBACK;
  clientMetadata = {
    client_name: 'flow', redirect_uris: [CALLBACK], grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'], token_endpoint_auth_method: 'none' };

  clientInformation() { return this.client; }
  saveClientInformation(client) { this.client = client; }
  tokens() { return this.saved; }
  saveTokens(tokens) { this.saved = tokens; }
  redirectToAuthorization(url) { this.asked = url; }
  saveCodeVerifier(verifier) { this.verifier = verifier; }
  codeVerifier() { return this.verifier; }
}

const claims = (token) => JSON.parse(Buffer.from(token.split('.')[1], 'base64url').toString());

async function connect(memory, sessionId) {
  const client = new Client({ name: 'flow', version: '1.0.0' });
  const transport = new StreamableHTTPClientTransport(new URL(endpoint), { authProvider: memory, sessionId });
  await client.connect(transport);
  return { client, transport };
}

const ping = (token, session) => fetch(endpoint, {
  method: 'POST',
  headers: { 'Content-Type': 'application/json', 'Accept': 'application/json, text/event-stream',
    ...(token && { Authorization: `Bearer ${token}` }), ...(session && { 'Mcp-Session-Id': session }) },
  body: '{"jsonrpc":"2.0","id":1,"method":"ping"}' });

const memory = new Memory();
let session;

const FACTS = {
  'a client without a token is sent to the authorization server that the metadata names': async () => {
    await assert.rejects(connect(memory), UnauthorizedError);
    assert.equal(memory.asked.origin, issuer);
    assert.equal(memory.asked.searchParams.get('code_challenge_method'), 'S256');
    assert.equal(memory.asked.searchParams.get('resource'), endpoint);
    assert.equal(memory.asked.searchParams.get('scope'), 'mcp');
  },
  'the code it comes back with becomes a token for this endpoint': async () => {
    const { code } = await signIn(memory.asked, 'alice', CALLBACK);
    const transport = new StreamableHTTPClientTransport(new URL(endpoint), { authProvider: memory });
    await transport.finishAuth(code);
    const { iss, aud, sub, scope } = claims(memory.saved.access_token);
    assert.deepEqual({ iss, aud, sub, scope }, { iss: issuer, aud: endpoint, sub: 'alice', scope: 'mcp' });
  },
  'the token opens a session and calls a tool': async () => {
    const { client, transport } = await connect(memory);
    const { content } = await client.callTool({ name: 'test_simple_text' });
    assert.equal(content[0].text, 'This is a simple text response for testing.');
    session = transport.sessionId;
    assert.ok(session);
    await client.close();
  },
  'a token that is no longer good is refreshed, and the session stays': async () => {
    const before = memory.saved.access_token;
    memory.saved = { ...memory.saved, access_token: `${before.slice(0, -8)}AAAAAAAA` };
    const { client } = await connect(memory);
    assert.equal((await client.listTools()).tools.length > 0, true);
    await client.close();
    assert.notEqual(memory.saved.access_token, before);
    const answer = await ping(memory.saved.access_token, session);
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get('mcp-session-id'), session);
  },
  'another user of the same authorization server does not get the session': async () => {
    const other = new Memory();
    await assert.rejects(connect(other), UnauthorizedError);
    const { code } = await signIn(other.asked, 'bob', CALLBACK);
    await new StreamableHTTPClientTransport(new URL(endpoint), { authProvider: other }).finishAuth(code);
    const answer = await ping(other.saved.access_token, session);
    assert.notEqual(answer.headers.get('mcp-session-id'), null);
    assert.notEqual(answer.headers.get('mcp-session-id'), session);
  },
  'a token of the same authorization server for another resource is refused': async () => {
    const other = new Memory();
    await assert.rejects(connect(other), UnauthorizedError);
    other.asked.searchParams.set('resource', 'https://other.example/api/mcp');
    const { code } = await signIn(other.asked, 'alice', CALLBACK);
    const answer = await fetch(`${issuer}/token`, { method: 'POST', body: new URLSearchParams({
      grant_type: 'authorization_code', code, redirect_uri: CALLBACK, client_id: other.client.client_id,
      code_verifier: other.verifier, resource: 'https://other.example/api/mcp' }) });
    const { access_token: token } = await answer.json();
    assert.equal(claims(token).aud, 'https://other.example/api/mcp');
    const refused = await ping(token);
    assert.equal(refused.status, 401);
    assert.match(refused.headers.get('www-authenticate'), /error="invalid_token".*another audience/);
  },
  'no token is worth anything in the query': async () => {
    const answer = await fetch(`${endpoint}?access_token=${memory.saved.access_token}`, { method: 'POST',
      headers: { 'Content-Type': 'application/json' }, body: '{"jsonrpc":"2.0","id":1,"method":"ping"}' });
    assert.equal(answer.status, 401);
  },
};

let failed = 0;
for (const [fact, shows] of Object.entries(FACTS)) {
  try {
    await shows();
    console.log(`✓ ${fact}`);
  } catch (failure) {
    failed++;
    console.log(`✗ ${fact}`);
    console.log(failure);
  }
}
console.log(`${Object.keys(FACTS).length - failed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
