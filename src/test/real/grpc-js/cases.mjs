// SessionService as Node's grpc-js calls it: every method with its documented errors, health, watches, gzip.
//
// Arguments: a folder with stubs, gRPC address of two replicas on one Redis, gRPC address of a server whose sessions are
// idle after a second. Prints a line a case and at last the counts.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import grpc from "@grpc/grpc-js";

const [folder, ...addresses] = process.argv.slice(2);
const domain = "mcpsession.v1.SessionService";
// There the lines of proto/README.md are, beside what they read.
process.chdir(folder);
const { SessionService } = await import(`${process.cwd()}/sessions.mjs`);
const details = await import("protobufjs").then(({ default: { Root } }) => {
  const root = new Root();
  root.resolvePath = (_, target) => `googleapis/${target}`;
  return root.loadSync(["google/rpc/status.proto", "google/rpc/error_details.proto"]);
});

const unary = (client, method, request, metadata = new grpc.Metadata()) => new Promise((resolve, reject) => {
  client[method](request, metadata, { deadline: Date.now() + 30_000 },
    (error, answer) => error ? reject(error) : resolve(answer));
});

// The ErrorInfo of a call that must fail so.
async function failure(call, code, reason) {
  const error = await call.then(() => assert.fail("did not fail"), (it) => it);
  assert.equal(error.code, code, error.message);
  const [bytes] = error.metadata.get("grpc-status-details-bin");
  const infos = details.lookupType("google.rpc.Status").decode(bytes).details
    .filter((it) => it.type_url.endsWith("/google.rpc.ErrorInfo"))
    .map((it) => details.lookupType("google.rpc.ErrorInfo").decode(it.value));
  assert.deepEqual(infos.map((it) => [it.domain, it.reason]), [[domain, reason]]);
  return infos[0].metadata;
}

const collect = async (stream, enough) => {
  const seen = [];
  try {
    for await (const message of stream) {
      seen.push(message);
      if (enough(seen)) {
        break;
      }
    }
  } finally {
    stream.cancel();
  }
  return seen;
};

const foreign = { issuer: "https://issuer.example", subject: "somebody else" };

const cases = {
  async "a session is created and read"(s) {
    const made = await s.create({ client: { name: "grpc-js" }, attributes: { a: "1" } });
    const read = await unary(s.second, "getSession", { session_id: made.session_id });
    assert.deepEqual([read.client.name, read.attributes], ["grpc-js", { a: "1" }]);
  },
  async "create repeated with its request id gives the same session"(s) {
    const request_id = randomUUID();
    const first = await s.create({ request_id });
    assert.equal((await s.create({ request_id })).session_id, first.session_id);
    await failure(s.create({ request_id, protocol_version: "2025-06-18" }), grpc.status.INVALID_ARGUMENT,
      "REQUEST_ID_REUSED");
  },
  async "what breaks a rule is refused"(s) {
    await failure(s.create({ owner: undefined }), grpc.status.INVALID_ARGUMENT, "REQUEST_INVALID");
    await failure(unary(s.first, "getSession", {}), grpc.status.INVALID_ARGUMENT, "SESSION_ID_MALFORMED");
  },
  async "unknown, deleted and revoked are told apart"(s) {
    const [deleted, revoked] = [await s.id(), await s.id()];
    await unary(s.first, "deleteSession", { session_id: deleted });
    await failure(unary(s.second, "deleteSession", { session_id: deleted }), grpc.status.NOT_FOUND,
      "SESSION_NOT_FOUND");
    await unary(s.second, "deleteSession", { session_id: deleted, allow_missing: true });
    await unary(s.first, "revokeUserSessions", { owner: s.owner, reason: "left" });
    const metadata = await failure(unary(s.second, "getSession", { session_id: revoked }),
      grpc.status.FAILED_PRECONDITION, "SESSION_REVOKED");
    assert.equal(metadata.reason, "left");
    const decisions = await Promise.all([deleted, revoked, deleted.slice(0, -8) + "AAAAAAAA"]
      .map((session_id) => s.decision(session_id, s.owner)));
    assert.deepEqual(decisions, ["DECISION_DELETED", "DECISION_REVOKED", "DECISION_NOT_FOUND"]);
  },
  async "an idle session expires"(s) {
    const { session_id } = await unary(s.short, "createSession", { owner: s.owner, protocol_version: "2025-11-25" });
    const ask = () => unary(s.short, "validateSession", { session_id, principal: s.owner });
    const until = Date.now() + 10_000;
    while ((await ask()).decision === "DECISION_ACTIVE") {
      assert.ok(Date.now() < until, "still active");
      await pause(100);
    }
    assert.equal((await ask()).decision, "DECISION_EXPIRED");
    await failure(unary(s.short, "touchSession", { session_id, principal: s.owner }),
      grpc.status.FAILED_PRECONDITION, "SESSION_EXPIRED");
  },
  async "a session is its owner's only"(s) {
    const session_id = await s.id();
    await unary(s.second, "touchSession", { session_id, principal: s.owner });
    await failure(unary(s.second, "touchSession", { session_id, principal: foreign }), grpc.status.PERMISSION_DENIED,
      "SESSION_OWNER_MISMATCH");
    assert.equal(await s.decision(session_id, s.owner), "DECISION_ACTIVE");
    assert.equal(await s.decision(session_id, foreign), "DECISION_OWNER_MISMATCH");
  },
  async "a batch is answered in order, and one bad id spoils none"(s) {
    const session_id = await s.id();
    const requests = Array.from({ length: 100 }, (_, at) => ({ session_id: at === 50 ? "\n" : session_id }));
    const { results } = await unary(s.second, "batchValidateSessions", { requests });
    assert.deepEqual(results.map((it) => it.outcome), requests.map((_, at) => at === 50 ? "error" : "response"));
    await failure(unary(s.second, "batchValidateSessions", { requests: [...requests, ...requests] }),
      grpc.status.INVALID_ARGUMENT, "REQUEST_INVALID");
  },
  async "many sessions are kept alive over one stream"(s) {
    const made = await Promise.all(Array.from({ length: 20 }, () => s.id()));
    const stream = s.second.keepAlive();
    made.forEach((session_id) => stream.write({ session_id, principal: s.owner }));
    stream.end();
    const answers = await collect(stream, () => false);
    assert.deepEqual(answers.map((it) => [it.session_id, it.decision]), made.map((it) => [it, "DECISION_ACTIVE"]));
  },
  async "attributes change by mask and etag"(s) {
    const made = await s.create({ attributes: { a: "1", b: "2" } });
    const changed = await unary(s.second, "updateSession", {
      session: { session_id: made.session_id, etag: made.etag, attributes: { a: "3" } },
      update_mask: { paths: ["attributes.a"] },
    });
    assert.deepEqual(changed.attributes, { a: "3", b: "2" });
    const metadata = await failure(unary(s.first, "updateSession",
      { session: { session_id: made.session_id, etag: made.etag } }), grpc.status.ABORTED, "SESSION_ETAG_MISMATCH");
    assert.equal(metadata.etag, changed.etag);
  },
  async "large messages go both ways, sessions are listed by pages and counted"(s) {
    // Random text: what is compressed shall still be larger than a frame.
    const attributes = Object.fromEntries(Array.from({ length: 64 }, (_, at) =>
      [`${at}`, Array.from({ length: 110 }, () => randomUUID()).join("")]));
    await Promise.all(Array.from({ length: 5 }, () => s.create({ attributes })));
    let found = 0;
    let page_token = "";
    do {
      const page = await unary(s.second, "listSessions", { owner: s.owner, page_size: 2, page_token });
      found += page.sessions.length;
      page_token = page.next_page_token;
    } while (page_token);
    assert.equal(found, 5);
    assert.equal((await unary(s.second, "countSessions", { owner: s.owner })).count, 5);
  },
  async "a watch tells, and is resumed on the other replica"(s) {
    let watch = s.first.watchSessions({ owner: s.owner });
    const created = (events) => events.filter((it) => it.kind === "SESSION_EVENT_KIND_CREATED");
    const made = [];
    // The first message says from where on nothing is missed.
    const seen = await collect(watch, (events) => {
      if (events.length === 1) {
        (async () => {
          for (let at = 0; at < 500; at++) {
            made.push(await s.id());
          }
        })();
      }
      return created(events).length === 200;
    });
    watch = s.second.watchSessions({ owner: s.owner, resume_token: created(seen).at(-1).resume_token });
    const more = await collect(watch, (events) => created(events).length === 300);
    assert.deepEqual([...created(seen), ...created(more)].map((it) => it.session_id), made);
    await failure(collect(s.first.watchSessions({ resume_token: "?" }), () => true), grpc.status.INVALID_ARGUMENT,
      "REQUEST_INVALID");
  },
  async "health is checked and watched"(s) {
    const service = { requestSerialize: Buffer.from, responseDeserialize: (it) => it, requestStream: false };
    const Health = grpc.makeGenericClientConstructor({
      check: { ...service, path: "/grpc.health.v1.Health/Check", responseStream: false },
      watch: { ...service, path: "/grpc.health.v1.Health/Watch", responseStream: true },
    });
    const health = new Health(addresses[0], grpc.credentials.createInsecure());
    // HealthCheckResponse with status SERVING, HealthCheckRequest of a service "none".
    const serving = Buffer.from([8, 1]);
    assert.deepEqual(await unary(health, "check", Buffer.alloc(0)), serving);
    assert.deepEqual(await collect(health.watch(Buffer.alloc(0)), () => true), [serving]);
    const error = await unary(health, "check", Buffer.from([10, 4, ...Buffer.from("none")])).catch((it) => it);
    assert.equal(error.code, grpc.status.NOT_FOUND);
    health.close();
  },
  async "what does not exist is unimplemented"() {
    for (const path of ["/mcpsession.v1.SessionService/Nothing", "/none.Service/Nothing", "/x"]) {
      const Client = grpc.makeGenericClientConstructor({ nothing: { path, requestStream: false, responseStream: false,
        requestSerialize: Buffer.from, responseDeserialize: (it) => it } });
      const client = new Client(addresses[0], grpc.credentials.createInsecure());
      const error = await unary(client, "nothing", Buffer.alloc(0)).catch((it) => it);
      assert.equal(error.code, grpc.status.UNIMPLEMENTED, error.message);
      client.close();
    }
  },
  async "a message or headers that are too large fail this call only"(s) {
    await failure(unary(s.first, "getSession", { session_id: "x".repeat(2 << 20) }), grpc.status.RESOURCE_EXHAUSTED,
      "MESSAGE_TOO_LARGE");
    const large = new grpc.Metadata();
    large.set("x-large", "x".repeat(60_000));
    const error = await unary(s.first, "countSessions", {}, large).catch((it) => it);
    assert.ok([grpc.status.RESOURCE_EXHAUSTED, grpc.status.INTERNAL].includes(error.code), error.message);
    await unary(s.first, "countSessions", {});
  },
  async "64 callers with batches of 100"(s) {
    const made = await Promise.all(Array.from({ length: 100 }, () => s.id()));
    const requests = made.map((session_id) => ({ session_id, principal: s.owner }));
    const answers = await Promise.all(Array.from({ length: 64 }, async () => {
      const all = [];
      for (let at = 0; at < 5; at++) {
        all.push(await unary(s.first, "batchValidateSessions", { requests }));
      }
      return all;
    }));
    const decisions = answers.flat().flatMap((it) => it.results.map((result) => result.response.decision));
    assert.equal(decisions.length, 32_000);
    assert.deepEqual([...new Set(decisions)], ["DECISION_ACTIVE"]);
  },
};

let passed = 0;
let failed = 0;
for (const [compression, algorithm] of [["plain", 0], ["gzip", 2]]) {
  for (const [name, run] of Object.entries(cases)) {
    const clients = addresses.map((address) => new SessionService(address, grpc.credentials.createInsecure(),
      { "grpc.default_compression_algorithm": algorithm }));
    const [first, second, short] = clients;
    const owner = { issuer: "https://issuer.example", subject: `grpc-js-${randomUUID()}` };
    const create = (fields) => unary(first, "createSession", { owner, protocol_version: "2025-11-25", ...fields });
    const s = { first, second, short, owner, create, id: async () => (await create({})).session_id,
      decision: async (session_id, principal) =>
        (await unary(second, "validateSession", { session_id, principal })).decision };
    try {
      await run(s);
      passed++;
      console.log(`ok    ${compression}: ${name}`);
    } catch (error) {
      failed++;
      console.log(`FAIL  ${compression}: ${name}\n${error.stack}`);
    }
    clients.forEach((client) => client.close());
  }
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
