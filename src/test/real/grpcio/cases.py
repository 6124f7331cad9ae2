"""SessionService as Python's grpcio calls it: every method with its documented errors, health, reflection, watches.

Arguments: gRPC address of two replicas on one Redis, gRPC address of a server whose sessions are idle after a second,
URL of the first one's MCP endpoint, and a token for it. Prints a line a case and at last the counts.
"""
import concurrent.futures
import json
import queue
import sys
import threading
import time
import traceback
import urllib.request
import uuid

import grpc
from google.protobuf import field_mask_pb2
from google.rpc import error_details_pb2
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase
from grpc_status import rpc_status

from mcpsession.v1 import session_service_pb2 as api
from mcpsession.v1 import session_service_pb2_grpc as service

DEADLINE = 10
DOMAIN = "mcpsession.v1.SessionService"
CASES = []


def case(test):
    CASES.append(test)
    return test


class Setup:
    """What the cases call; with compression, every request of the channel is compressed."""

    def __init__(self, addresses, endpoint, token, compression):
        self.channels = [grpc.insecure_channel(address, compression=compression) for address in addresses]
        self.first, self.second, self.short = (service.SessionServiceStub(channel) for channel in self.channels)
        self.address = addresses[0]
        self.endpoint = endpoint
        self.token = token
        self.owner = api.Principal(issuer="https://issuer.example", subject="grpcio-" + uuid.uuid4().hex)

    def create(self, **fields):
        return self.first.CreateSession(
            api.CreateSessionRequest(owner=self.owner, protocol_version="2025-11-25", **fields), timeout=DEADLINE)

    def close(self):
        for channel in self.channels:
            channel.close()


def equal(found, wanted):
    if found != wanted:
        raise AssertionError(f"{found!r} instead of {wanted!r}")


def failure(call, code, reason):
    """The ErrorInfo of a call that must fail so."""
    try:
        call()
    except grpc.RpcError as error:
        equal(error.code(), code)
        status = rpc_status.from_call(error)
        if status is None:
            raise AssertionError(f"no details: {error.details()}")
        infos = []
        for detail in status.details:
            if detail.Is(error_details_pb2.ErrorInfo.DESCRIPTOR):
                infos.append(error_details_pb2.ErrorInfo())
                detail.Unpack(infos[-1])
        equal([(info.domain, info.reason) for info in infos], [(DOMAIN, reason)])
        return infos[0]
    raise AssertionError("did not fail")


def plain_failure(call, *codes):
    try:
        call()
    except grpc.RpcError as error:
        if error.code() not in codes:
            raise AssertionError(f"{error.code()} {error.details()}")
        return
    raise AssertionError("did not fail")


def foreign():
    return api.Principal(issuer="https://issuer.example", subject="somebody else")


@case
def a_session_is_created_and_read(s):
    made = s.create(client=api.Client(name="grpcio", version="1"), attributes={"a": "1"})
    read = s.second.GetSession(api.GetSessionRequest(session_id=made.session_id), timeout=DEADLINE)
    equal((read.owner, read.client.name, dict(read.attributes)), (s.owner, "grpcio", {"a": "1"}))


@case
def create_repeated_with_its_request_id_gives_the_same_session(s):
    request_id = str(uuid.uuid4())
    equal(s.create(request_id=request_id).session_id, s.create(request_id=request_id).session_id)
    failure(lambda: s.create(request_id=request_id, attributes={"other": "1"}),
            grpc.StatusCode.INVALID_ARGUMENT, "REQUEST_ID_REUSED")


@case
def what_breaks_a_rule_is_refused(s):
    failure(lambda: s.first.CreateSession(api.CreateSessionRequest(protocol_version="2025-11-25"), timeout=DEADLINE),
            grpc.StatusCode.INVALID_ARGUMENT, "REQUEST_INVALID")
    failure(lambda: s.first.GetSession(api.GetSessionRequest(), timeout=DEADLINE),
            grpc.StatusCode.INVALID_ARGUMENT, "SESSION_ID_MALFORMED")


@case
def unknown_deleted_revoked_and_expired_are_told_apart(s):
    deleted, revoked = s.create().session_id, s.create().session_id
    s.first.DeleteSession(api.DeleteSessionRequest(session_id=deleted), timeout=DEADLINE)
    failure(lambda: s.second.GetSession(api.GetSessionRequest(session_id=deleted), timeout=DEADLINE),
            grpc.StatusCode.NOT_FOUND, "SESSION_NOT_FOUND")
    s.first.RevokeUserSessions(api.RevokeUserSessionsRequest(owner=s.owner, reason="left"), timeout=DEADLINE)
    info = failure(lambda: s.second.GetSession(api.GetSessionRequest(session_id=revoked), timeout=DEADLINE),
                   grpc.StatusCode.FAILED_PRECONDITION, "SESSION_REVOKED")
    equal(info.metadata["reason"], "left")
    answers = [s.second.ValidateSession(api.ValidateSessionRequest(session_id=it, principal=s.owner), timeout=DEADLINE)
               for it in (deleted, revoked, deleted[:-8] + "AAAAAAAA")]
    equal([answer.decision for answer in answers],
          [api.DECISION_DELETED, api.DECISION_REVOKED, api.DECISION_NOT_FOUND])
    equal(answers[1].revocation_reason, "left")


@case
def an_idle_session_expires(s):
    made = s.short.CreateSession(api.CreateSessionRequest(owner=s.owner, protocol_version="2025-11-25"),
                                 timeout=DEADLINE)
    ask = api.ValidateSessionRequest(session_id=made.session_id, principal=s.owner)
    until = time.monotonic() + DEADLINE
    while s.short.ValidateSession(ask, timeout=DEADLINE).decision == api.DECISION_ACTIVE:
        if time.monotonic() > until:
            raise AssertionError("still active")
        time.sleep(0.1)
    equal(s.short.ValidateSession(ask, timeout=DEADLINE).decision, api.DECISION_EXPIRED)
    failure(lambda: s.short.TouchSession(api.TouchSessionRequest(session_id=made.session_id, principal=s.owner),
                                         timeout=DEADLINE), grpc.StatusCode.FAILED_PRECONDITION, "SESSION_EXPIRED")


@case
def a_session_is_validated_for_its_owner_only(s):
    made = s.create().session_id
    for mode in api.TouchMode.values():
        answer = s.second.ValidateSession(
            api.ValidateSessionRequest(session_id=made, principal=s.owner, touch_mode=mode), timeout=DEADLINE)
        equal(answer.decision, api.DECISION_ACTIVE)
    equal(s.second.ValidateSession(api.ValidateSessionRequest(session_id=made, principal=foreign()),
                                   timeout=DEADLINE).decision, api.DECISION_OWNER_MISMATCH)


@case
def a_touch_restarts_the_idle_timer_of_its_owner_only(s):
    made = s.create().session_id
    answer = s.second.TouchSession(api.TouchSessionRequest(session_id=made, principal=s.owner), timeout=DEADLINE)
    equal(answer.HasField("expire_time"), True)
    failure(lambda: s.second.TouchSession(api.TouchSessionRequest(session_id=made, principal=foreign()),
                                          timeout=DEADLINE), grpc.StatusCode.PERMISSION_DENIED,
            "SESSION_OWNER_MISMATCH")


@case
def a_batch_is_answered_in_order_and_one_bad_id_spoils_none(s):
    made = s.create().session_id
    requests = [api.ValidateSessionRequest(session_id=made if at != 50 else "\n", principal=s.owner)
                for at in range(100)]
    results = s.second.BatchValidateSessions(api.BatchValidateSessionsRequest(requests=requests),
                                             timeout=DEADLINE).results
    equal([result.WhichOneof("outcome") for result in results], ["response"] * 50 + ["error"] + ["response"] * 49)
    equal({result.response.decision for result in results if result.HasField("response")}, {api.DECISION_ACTIVE})
    for count in (0, 101):
        failure(lambda: s.first.BatchValidateSessions(
            api.BatchValidateSessionsRequest(requests=requests[:1] * count), timeout=DEADLINE),
            grpc.StatusCode.INVALID_ARGUMENT, "REQUEST_INVALID")


@case
def many_sessions_are_kept_alive_over_one_stream(s):
    made = [s.create().session_id for _ in range(20)]
    answers = list(s.second.KeepAlive(
        (api.KeepAliveRequest(session_id=it, principal=s.owner) for it in made), timeout=DEADLINE))
    equal([answer.session_id for answer in answers], made)
    equal({answer.decision for answer in answers}, {api.DECISION_ACTIVE})


@case
def attributes_change_by_mask_and_etag(s):
    made = s.create(attributes={"a": "1", "b": "2"})
    changed = s.second.UpdateSession(api.UpdateSessionRequest(
        session=api.Session(session_id=made.session_id, etag=made.etag, attributes={"a": "3"}),
        update_mask=field_mask_pb2.FieldMask(paths=["attributes.a"])), timeout=DEADLINE)
    equal(dict(changed.attributes), {"a": "3", "b": "2"})
    info = failure(lambda: s.first.UpdateSession(api.UpdateSessionRequest(
        session=api.Session(session_id=made.session_id, etag=made.etag)), timeout=DEADLINE),
        grpc.StatusCode.ABORTED, "SESSION_ETAG_MISMATCH")
    equal(info.metadata["etag"], changed.etag)


@case
def a_session_is_deleted_once(s):
    made = s.create().session_id
    s.first.DeleteSession(api.DeleteSessionRequest(session_id=made), timeout=DEADLINE)
    failure(lambda: s.second.DeleteSession(api.DeleteSessionRequest(session_id=made), timeout=DEADLINE),
            grpc.StatusCode.NOT_FOUND, "SESSION_NOT_FOUND")
    s.second.DeleteSession(api.DeleteSessionRequest(session_id=made, allow_missing=True), timeout=DEADLINE)


@case
def sessions_are_listed_by_pages_and_counted(s):
    made = {s.create().session_id for _ in range(7)}
    found, token = [], ""
    while True:
        page = s.second.ListSessions(api.ListSessionsRequest(owner=s.owner, page_size=3, page_token=token),
                                     timeout=DEADLINE)
        found += [session.session_id for session in page.sessions]
        token = page.next_page_token
        if not token:
            break
    equal((len(found), made <= set(found)), (len(set(found)), True))
    equal(s.second.CountSessions(api.CountSessionsRequest(owner=s.owner), timeout=DEADLINE).count, len(found))
    failure(lambda: s.first.ListSessions(api.ListSessionsRequest(owner=s.owner, page_token="?"), timeout=DEADLINE),
            grpc.StatusCode.INVALID_ARGUMENT, "REQUEST_INVALID")


@case
def a_list_larger_than_every_window_is_read_whole(s):
    for _ in range(4):
        s.create(attributes={str(at): "x" * 4096 for at in range(64)})
    sessions = s.first.ListSessions(api.ListSessionsRequest(owner=s.owner, page_size=1000), timeout=DEADLINE).sessions
    equal(sum(len(session.attributes) for session in sessions) >= 256, True)


@case
def all_sessions_of_a_user_but_one_are_revoked(s):
    kept, gone = s.create().session_id, s.create().session_id
    answer = s.first.RevokeUserSessions(
        api.RevokeUserSessionsRequest(owner=s.owner, except_session_id=kept, reason="other device"), timeout=DEADLINE)
    equal(answer.revoked_count >= 1, True)
    decisions = [s.second.ValidateSession(api.ValidateSessionRequest(session_id=it), timeout=DEADLINE).decision
                 for it in (kept, gone)]
    equal(decisions, [api.DECISION_ACTIVE, api.DECISION_REVOKED])


@case
def a_watch_tells_and_is_resumed_on_the_other_replica(s):
    watch = s.first.WatchSessions(api.WatchSessionsRequest(owner=s.owner), timeout=60)
    first = next(watch)
    equal(first.kind, api.SESSION_EVENT_KIND_CHECKPOINT)
    made = [s.create().session_id for _ in range(500)]
    seen = []
    last = first.resume_token
    for event in watch:
        if event.kind == api.SESSION_EVENT_KIND_CREATED:
            seen.append(event.session_id)
            last = event.resume_token
        if len(seen) == 200:
            break
    watch.cancel()
    for event in s.second.WatchSessions(api.WatchSessionsRequest(owner=s.owner, resume_token=last), timeout=60):
        if event.kind == api.SESSION_EVENT_KIND_CREATED:
            seen.append(event.session_id)
        if len(seen) == len(made):
            break
    equal(seen, made)
    failure(lambda: next(s.first.WatchSessions(api.WatchSessionsRequest(resume_token="?"), timeout=DEADLINE)),
            grpc.StatusCode.INVALID_ARGUMENT, "REQUEST_INVALID")


@case
def health_is_checked_and_watched(s):
    stub = health_pb2_grpc.HealthStub(s.channels[0])
    for name in ("", DOMAIN):
        equal(stub.Check(health_pb2.HealthCheckRequest(service=name), timeout=DEADLINE).status,
              health_pb2.HealthCheckResponse.SERVING)
    watch = stub.Watch(health_pb2.HealthCheckRequest(), timeout=DEADLINE)
    equal(next(watch).status, health_pb2.HealthCheckResponse.SERVING)
    watch.cancel()
    plain_failure(lambda: stub.Check(health_pb2.HealthCheckRequest(service="none"), timeout=DEADLINE),
                  grpc.StatusCode.NOT_FOUND)


@case
def reflection_describes_the_service_and_the_details_of_errors(s):
    database = ProtoReflectionDescriptorDatabase(s.channels[0])
    equal(DOMAIN in database.get_services(), True)
    equal(database.FindFileContainingSymbol(DOMAIN).package, "mcpsession.v1")
    for message in ("google.rpc.Status", "google.rpc.ErrorInfo", "google.rpc.RetryInfo", "google.rpc.BadRequest"):
        equal(database.FindFileContainingSymbol(message).package, "google.rpc")


@case
def what_does_not_exist_is_unimplemented(s):
    for path in ("/mcpsession.v1.SessionService/Nothing", "/none.Service/Nothing", "/x"):
        call = s.channels[0].unary_unary(path, request_serializer=bytes, response_deserializer=bytes)
        plain_failure(lambda: call(b"", timeout=DEADLINE), grpc.StatusCode.UNIMPLEMENTED)


@case
def a_message_that_is_too_large_or_unreadable_is_refused_with_a_reason(s):
    call = s.channels[0].unary_unary("/" + DOMAIN + "/GetSession", request_serializer=bytes,
                                     response_deserializer=bytes)
    for unreadable in (b"\x0a\xff\xff", b"\x0a\x02\xc3\x28"):
        failure(lambda: call(unreadable, timeout=DEADLINE), grpc.StatusCode.INVALID_ARGUMENT, "REQUEST_UNREADABLE")
    failure(lambda: call(b"\x0a\x80\x80\x80\x01" + b"x" * (2 << 20), timeout=DEADLINE),
            grpc.StatusCode.RESOURCE_EXHAUSTED, "MESSAGE_TOO_LARGE")


@case
def headers_that_are_too_large_fail_this_call_only(s):
    made = s.create().session_id
    ask = api.ValidateSessionRequest(session_id=made)
    plain_failure(lambda: s.first.ValidateSession(ask, timeout=DEADLINE, metadata=[("x-large", "x" * 60_000)]),
                  grpc.StatusCode.RESOURCE_EXHAUSTED, grpc.StatusCode.INTERNAL)
    equal(s.first.ValidateSession(ask, timeout=DEADLINE, metadata=[("x-token", "y" * 5_000)]).decision,
          api.DECISION_ACTIVE)


@case
def callers_with_full_batches_harm_nobody(s):
    """64 callers with batches of 100, beside a user whose ping over HTTP never fails."""
    made = [s.create().session_id for _ in range(100)]
    batch = api.BatchValidateSessionsRequest(
        requests=[api.ValidateSessionRequest(session_id=it, principal=s.owner) for it in made])
    over = threading.Event()
    pings = queue.Queue()

    def ping():
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "ping"}).encode()
        headers = {"Authorization": "Bearer " + s.token, "Content-Type": "application/json",
                   "Accept": "application/json, text/event-stream"}
        while not over.is_set():
            with urllib.request.urlopen(urllib.request.Request(s.endpoint, body, headers), timeout=DEADLINE) as answer:
                pings.put(answer.status)

    def ask(_):
        return [s.first.BatchValidateSessions(batch, timeout=30) for _ in range(5)]

    with concurrent.futures.ThreadPoolExecutor(65) as callers:
        pinging = callers.submit(ping)
        try:
            answers = [answer for part in callers.map(ask, range(64)) for answer in part]
        finally:
            over.set()
        pinging.result()
    equal(len(answers), 320)
    equal({result.response.decision for answer in answers for result in answer.results}, {api.DECISION_ACTIVE})
    equal(pings.qsize() > 0, True)


def main(addresses, endpoint, token):
    passed = failed = 0
    for name, compression in (("plain", grpc.Compression.NoCompression), ("gzip", grpc.Compression.Gzip)):
        for test in CASES:
            s = Setup(addresses, endpoint, token, compression)
            began = time.monotonic()
            try:
                test(s)
                passed += 1
                print(f"ok    {name:5} {test.__name__} {time.monotonic() - began:.2f} s", flush=True)
            except Exception:
                failed += 1
                print(f"FAIL  {name:5} {test.__name__}\n{traceback.format_exc()}", flush=True)
            finally:
                s.close()
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:4], sys.argv[4], sys.argv[5]))
