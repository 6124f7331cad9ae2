// Runs the official suite against a server and prints what became of each scenario.
// Usage: node suite.mjs <endpoint> <folder for details>. The token comes from MCP_DEV_TOKEN.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { startProxy } from './proxy.mjs';

const REVISIONS = ['2025-11-25', '2026-07-28'];
const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const SUITE = 'node_modules/@modelcontextprotocol/conformance';

const excuses = (revision) => `expected-failures-${revision}.yml`;

/** The scenarios a revision scores, in the suite's own words: one that did not run has not passed. */
function requirements(revision) {
  const { server, not_scored: others } = parse(readFileSync(here(`${SUITE}/requirements/${revision}.yaml`), 'utf8'));
  const excused = parse(readFileSync(here(excuses(revision)), 'utf8')).server.map((entry) => entry.split(':')[0]);
  return { scored: server, reasons: new Map(others.map(({ scenario, reason }) => [scenario, reason])), excused };
}

async function run(url, revision, details) {
  const suite = spawn(process.execPath, [here(`${SUITE}/dist/index.js`), 'server', '--url', url,
    '--requirements', revision, '--expected-failures', here(excuses(revision)),
    '-o', `${details}/${revision}`]);
  let output = '';
  suite.stdout.on('data', (text) => (output += text));
  suite.stderr.on('data', (text) => (output += text));
  const status = await new Promise((resolve) => suite.on('close', resolve));
  return { status, output };
}

function report(revision, { status, output }) {
  const { scored, reasons, excused } = requirements(revision);
  const passed = new Set();
  for (const [, mark, name, good, bad] of output.matchAll(/^([✓✗]) (\S+): (\d+) passed, (\d+) failed/gm)) {
    if (mark === '✓') {
      passed.add(name);
    }
    const note = reasons.has(name) ? `not scored: ${reasons.get(name)}` : '';
    console.log(`${mark} ${name.padEnd(48)} ${good.padStart(3)} passed ${bad.padStart(3)} failed  ${note}`.trimEnd());
  }
  const missing = scored.filter((name) => !passed.has(name));
  // The suite refuses a list of excuses that is longer than needed.
  const good = status === 0 && missing.every((name) => excused.includes(name));
  if (!good) {
    console.log(`${output}\nthe suite ended with ${status}; not passed: ${missing.join(', ') || 'none'}`);
  }
  console.log(`conformance ${revision}: ${scored.length - missing.length} of ${scored.length}\n`);
  return good;
}

const [endpoint, details] = process.argv.slice(2);
const proxy = await startProxy(endpoint, process.env.MCP_DEV_TOKEN);
let good = true;
for (const revision of REVISIONS) {
  good = report(revision, await run(proxy.url, revision, details)) && good;
}
proxy.close();
process.exit(good ? 0 : 1);
