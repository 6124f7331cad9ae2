"""SessionService as Python's grpclib calls it: every method with its documented errors and their details, health,
reflection, watches, deadlines, pings, and a server that is restarted under its channel.

run.sh starts it. Prints a line a case and at last the counts.
"""
import asyncio
import sys
import time
import traceback
import uuid

from google.protobuf import duration_pb2, field_mask_pb2
from google.rpc import error_details_pb2 as details
from grpclib.client import UnaryUnaryMethod
from grpclib.config import Configuration
from grpclib.const import Status
from grpclib.exceptions import GRPCError
from grpclib.health.v1 import health_grpc, health_pb2
from grpclib.reflection.v1 import reflection_grpc, reflection_pb2

import stage
from mcpsession.v1 import session_service_grpc as service
from mcpsession.v1 import session_service_pb2 as api
from stage import CASES, DOMAIN, case, equal, failure

DEADLINE = 10


@case
async def a_session_is_created_and_read(s):
    made = await s.create(client=api.Client(name="grpclib", version="1"), attributes={"a": "1"})
    read = await s.second.GetSession(api.GetSessionRequest(session_id=made.session_id), timeout=DEADLINE)
    equal((read.owner, read.client.name, dict(read.attributes)), (s.owner, "grpclib", {"a": "1"}))


@case
async def create_repeated_with_its_request_id_gives_the_same_session(s):
    request_id = str(uuid.uuid4())
    first = await s.create(request_id=request_id)
    equal((await s.create(request_id=request_id)).session_id, first.session_id)
    await failure(s.create(request_id=request_id, attributes={"other": "1"}), Status.INVALID_ARGUMENT,
                  "REQUEST_ID_REUSED", details.BadRequest)


@case
async def what_breaks_a_rule_is_refused(s):
    await failure(s.first.CreateSession(api.CreateSessionRequest(protocol_version="2025-11-25"), timeout=DEADLINE),
                  Status.INVALID_ARGUMENT, "REQUEST_INVALID", details.BadRequest)
    await failure(s.first.GetSession(api.GetSessionRequest(), timeout=DEADLINE),
                  Status.INVALID_ARGUMENT, "SESSION_ID_MALFORMED", details.BadRequest)
    await failure(s.first.ListSessions(api.ListSessionsRequest(owner=s.owner, page_token="?"), timeout=DEADLINE),
                  Status.INVALID_ARGUMENT, "REQUEST_INVALID", details.BadRequest)


@case
async def unknown_deleted_and_revoked_are_told_apart(s):
    deleted, revoked, kept = [(await s.create()).session_id for _ in range(3)]
    delete = api.DeleteSessionRequest(session_id=deleted)
    await s.first.DeleteSession(delete, timeout=DEADLINE)
    await failure(s.second.DeleteSession(delete, timeout=DEADLINE), Status.NOT_FOUND, "SESSION_NOT_FOUND",
                  details.ResourceInfo)
    await s.second.DeleteSession(api.DeleteSessionRequest(session_id=deleted, allow_missing=True), timeout=DEADLINE)
    answer = await s.first.RevokeUserSessions(api.RevokeUserSessionsRequest(
        owner=s.owner, except_session_id=kept, reason="left"), timeout=DEADLINE)
    equal(answer.revoked_count, 1)
    metadata = await failure(s.second.GetSession(api.GetSessionRequest(session_id=revoked), timeout=DEADLINE),
                             Status.FAILED_PRECONDITION, "SESSION_REVOKED")
    equal(metadata["reason"], "left")
    decisions = [(await s.validate(it)).decision for it in (deleted, revoked, kept, deleted[:-8] + "AAAAAAAA")]
    equal(decisions, [api.DECISION_DELETED, api.DECISION_REVOKED, api.DECISION_ACTIVE, api.DECISION_NOT_FOUND])


@case
async def sessions_expire(s):
    """The first life ends by itself, the other one however much it is used."""
    for kind, used in (("idle", False), ("absolute", True)):
        made = await s.short.CreateSession(api.CreateSessionRequest(owner=s.owner, protocol_version="2025-11-25"),
                                           timeout=DEADLINE)
        mode = api.TOUCH_MODE_ALWAYS if used else api.TOUCH_MODE_NONE
        ask = api.ValidateSessionRequest(session_id=made.session_id, principal=s.owner, touch_mode=mode)
        until = time.monotonic() + DEADLINE
        while (answer := await s.short.ValidateSession(ask, timeout=DEADLINE)).decision == api.DECISION_ACTIVE:
            equal(time.monotonic() < until, True)
            await asyncio.sleep(0.1)
        equal(answer.decision, api.DECISION_EXPIRED)
        touch = api.TouchSessionRequest(session_id=made.session_id, principal=s.owner)
        metadata = await failure(s.short.TouchSession(touch, timeout=DEADLINE), Status.FAILED_PRECONDITION,
                                 "SESSION_EXPIRED")
        equal(metadata["kind"], kind)


@case
async def a_session_is_its_owners_only(s):
    made = (await s.create()).session_id
    foreign = api.Principal(issuer=s.owner.issuer, subject="somebody else")
    answer = await s.second.TouchSession(api.TouchSessionRequest(session_id=made, principal=s.owner), timeout=DEADLINE)
    equal(answer.HasField("expire_time"), True)
    await failure(s.second.TouchSession(api.TouchSessionRequest(session_id=made, principal=foreign), timeout=DEADLINE),
                  Status.PERMISSION_DENIED, "SESSION_OWNER_MISMATCH")
    equal((await s.validate(made)).decision, api.DECISION_ACTIVE)
    equal((await s.validate(made, foreign)).decision, api.DECISION_OWNER_MISMATCH)


@case
async def a_batch_is_answered_in_order_and_one_bad_id_spoils_none(s):
    made = (await s.create()).session_id
    requests = [api.ValidateSessionRequest(session_id=made if at != 50 else "\n", principal=s.owner)
                for at in range(100)]
    answer = await s.second.BatchValidateSessions(api.BatchValidateSessionsRequest(requests=requests), timeout=DEADLINE)
    equal([result.WhichOneof("outcome") for result in answer.results], ["response"] * 50 + ["error"] + ["response"] * 49)
    for count in (0, 101):
        batch = api.BatchValidateSessionsRequest(requests=requests[:1] * count)
        await failure(s.first.BatchValidateSessions(batch, timeout=DEADLINE), Status.INVALID_ARGUMENT,
                      "REQUEST_INVALID", details.BadRequest)


@case
async def many_sessions_are_kept_alive_over_one_stream(s):
    async with s.second.KeepAlive.open(timeout=DEADLINE) as stream:
        for _ in range(20):
            made = (await s.create()).session_id
            await stream.send_message(api.KeepAliveRequest(session_id=made, principal=s.owner))
            answer = await stream.recv_message()
            equal((answer.session_id, answer.decision), (made, api.DECISION_ACTIVE))
        await stream.end()
        equal(await stream.recv_message(), None)


@case
async def attributes_change_by_mask_and_etag(s):
    made = await s.create(attributes={"a": "1", "b": "2"})
    change = api.UpdateSessionRequest(
        session=api.Session(session_id=made.session_id, etag=made.etag, attributes={"a": "3"}),
        update_mask=field_mask_pb2.FieldMask(paths=["attributes.a"]))
    changed = await s.second.UpdateSession(change, timeout=DEADLINE)
    equal(dict(changed.attributes), {"a": "3", "b": "2"})
    metadata = await failure(s.first.UpdateSession(change, timeout=DEADLINE), Status.ABORTED, "SESSION_ETAG_MISMATCH")
    equal(metadata["etag"], changed.etag)


@case
async def large_messages_go_both_ways_and_lists_have_pages(s):
    attributes = {str(at): "x" * 4000 for at in range(64)}
    for _ in range(5):
        await s.create(attributes=attributes)
    found, token = [], ""
    while True:
        page = await s.second.ListSessions(api.ListSessionsRequest(owner=s.owner, page_size=2, page_token=token),
                                           timeout=DEADLINE)
        found += page.sessions
        token = page.next_page_token
        if not token:
            break
    equal([dict(it.attributes) == attributes for it in found], [True] * 5)
    equal((await s.second.CountSessions(api.CountSessionsRequest(owner=s.owner), timeout=DEADLINE)).count, 5)


async def opened(stream, seen, count):
    """Reads until so many sessions were opened; the token behind the last one."""
    last = None
    while len(seen) < count:
        event = await stream.recv_message()
        if event.kind == api.SESSION_EVENT_KIND_CREATED:
            seen.append(event.session_id)
            last = event.resume_token
    return last


@case
async def a_watch_tells_and_is_resumed_on_the_other_replica(s):
    seen = []
    async with s.first.WatchSessions.open(timeout=60) as watch:
        await watch.send_message(api.WatchSessionsRequest(owner=s.owner), end=True)
        equal((await watch.recv_message()).kind, api.SESSION_EVENT_KIND_CHECKPOINT)
        made = [(await s.create()).session_id for _ in range(300)]
        last = await opened(watch, seen, 100)
        await watch.cancel()
    async with s.second.WatchSessions.open(timeout=60) as watch:
        await watch.send_message(api.WatchSessionsRequest(owner=s.owner, resume_token=last), end=True)
        await opened(watch, seen, 300)
        await watch.cancel()
    equal(seen, made)
    await failure(s.first.WatchSessions(api.WatchSessionsRequest(resume_token="?"), timeout=DEADLINE),
                  Status.INVALID_ARGUMENT, "REQUEST_INVALID", details.BadRequest)


@case
async def what_is_no_message_or_too_large_is_refused(s):
    wrong = UnaryUnaryMethod(s.channels[0], "/" + DOMAIN + "/GetSession", stage.NoText, api.Session)
    await failure(wrong(stage.NoText(session_id=b"\xc3\x28"), timeout=DEADLINE), Status.INVALID_ARGUMENT,
                  "REQUEST_UNREADABLE")
    await failure(s.first.GetSession(api.GetSessionRequest(session_id="x" * (2 << 20)), timeout=DEADLINE),
                  Status.RESOURCE_EXHAUSTED, "MESSAGE_TOO_LARGE")
    for path in ("/mcpsession.v1.SessionService/Nothing", "/none.Service/Nothing"):
        nothing = UnaryUnaryMethod(s.channels[0], path, api.CountSessionsRequest, api.CountSessionsResponse)
        await failure(nothing(api.CountSessionsRequest(), timeout=DEADLINE), Status.UNIMPLEMENTED, "METHOD_UNKNOWN")
    await s.create()


def of(token):
    return {"metadata": {"authorization": "Bearer " + token}, "timeout": DEADLINE}


@case
async def services_are_known_by_their_tokens(s):
    count = api.CountSessionsRequest()
    await failure(s.tight.CountSessions(count, timeout=DEADLINE), Status.UNAUTHENTICATED, "CALLER_UNKNOWN")
    await failure(s.tight.CountSessions(count, **of("nobody")), Status.UNAUTHENTICATED, "CALLER_UNKNOWN")
    await s.tight.CountSessions(count, **of("reader"))
    create = api.CreateSessionRequest(owner=s.owner, protocol_version="2025-11-25")
    metadata = await failure(s.tight.CreateSession(create, **of("reader")), Status.PERMISSION_DENIED,
                             "CALLER_NOT_ALLOWED")
    equal(metadata, {"role": "admin"})


@case
async def there_are_no_more_sessions_than_allowed(s):
    for users, reason in ((False, "SESSION_LIMIT_PER_USER"), (True, "SESSION_LIMIT_TOTAL")):
        for at in range(200):
            owner = api.Principal(issuer=s.owner.issuer, subject=s.owner.subject + (str(at) if users else ""))
            call = s.tight.CreateSession(api.CreateSessionRequest(owner=owner, protocol_version="2025-11-25"),
                                         **of("admin"))
            try:
                await call
            except GRPCError as error:
                stage.check(error, Status.RESOURCE_EXHAUSTED, reason, details.QuotaFailure, details.RetryInfo)
                break
        else:
            raise AssertionError(f"200 sessions, and no {reason}")


@case
async def streams_and_calls_are_counted(s):
    async with s.tight.WatchSessions.open(**of("reader")) as one, s.tight.WatchSessions.open(**of("reader")) as other:
        for watch in (one, other):
            await watch.send_message(api.WatchSessionsRequest(), end=True)
            await watch.recv_message()
        await failure(s.tight.WatchSessions(api.WatchSessionsRequest(), **of("reader")), Status.RESOURCE_EXHAUSTED,
                      "STREAM_LIMIT", details.QuotaFailure, details.RetryInfo)
        await one.cancel()
        await other.cancel()
    for _ in range(2000):
        try:
            await s.tight.CountSessions(api.CountSessionsRequest(), **of("hurried"))
        except GRPCError as error:
            stage.check(error, Status.RESOURCE_EXHAUSTED, "RATE_LIMIT", details.QuotaFailure, details.RetryInfo)
            break
    else:
        raise AssertionError("2000 calls, and none refused")
    await s.tight.CountSessions(api.CountSessionsRequest(), **of("reader"))


@case
async def health_is_checked_and_watched(s):
    health = health_grpc.HealthStub(s.channels[0])
    for name in ("", DOMAIN):
        answer = await health.Check(health_pb2.HealthCheckRequest(service=name), timeout=DEADLINE)
        equal(answer.status, health_pb2.HealthCheckResponse.SERVING)
    async with health.Watch.open(timeout=DEADLINE) as watch:
        await watch.send_message(health_pb2.HealthCheckRequest(), end=True)
        equal((await watch.recv_message()).status, health_pb2.HealthCheckResponse.SERVING)
        await watch.cancel()
    equal(await stage.code(health.Check(health_pb2.HealthCheckRequest(service="none"), timeout=DEADLINE)),
          Status.NOT_FOUND)


@case
async def reflection_describes_the_service_and_the_details_of_errors(s):
    reflection = reflection_grpc.ServerReflectionStub(s.channels[0])
    symbols = (DOMAIN, "google.rpc.Status", "google.rpc.ErrorInfo", "google.rpc.RetryInfo", "google.rpc.BadRequest")
    asked = [reflection_pb2.ServerReflectionRequest(file_containing_symbol=it) for it in symbols]
    answers = await reflection.ServerReflectionInfo(asked, timeout=DEADLINE)
    equal([it.WhichOneof("message_response") for it in answers], ["file_descriptor_response"] * len(symbols))


@case
async def the_servers_deadline_ends_calls_and_streams(s):
    """The client's own watch over the deadline is left out, so that what ends them is the server."""
    for grpc_timeout, call in (("1n", s.first.CountSessions), ("700m", s.first.WatchSessions)):
        async with call.open(metadata={"grpc-timeout": grpc_timeout}) as stream:
            message = api.WatchSessionsRequest if call is s.first.WatchSessions else api.CountSessionsRequest
            await stream.send_message(message(), end=True)
            try:
                while await stream.recv_message() is not None:
                    pass
                await stream.recv_trailing_metadata()
            except GRPCError as error:
                equal(error.status, Status.DEADLINE_EXCEEDED)
            else:
                raise AssertionError("it did not end by its deadline")
    await s.create()


@case
async def an_idle_stream_is_kept_by_pings(s):
    """A connection that answers no ping is closed by the client, so one that lasts has answered them all."""
    config = Configuration(_keepalive_time=0.5, _keepalive_timeout=2, _keepalive_permit_without_calls=True,
                           _http2_max_pings_without_data=0, _http2_min_sent_ping_interval_without_data=0.1)
    channel = stage.channel("FIRST", config)
    watch = api.WatchSessionsRequest(owner=s.owner, checkpoint_interval=duration_pb2.Duration(seconds=60))
    async with service.SessionServiceStub(channel).WatchSessions.open(timeout=30) as stream:
        await stream.send_message(watch, end=True)
        await stream.recv_message()
        await asyncio.sleep(6)
        made = (await s.create()).session_id
        equal((await stream.recv_message()).session_id, made)
        await stream.cancel()
    channel.close()


@case
async def a_channel_goes_on_when_its_server_was_restarted(s):
    """grpclib has no wait_for_ready: calls fail at once while nobody listens, and the same channel connects again."""
    made = (await s.create()).session_id
    async with s.second.WatchSessions.open(timeout=60) as watch:
        await watch.send_message(api.WatchSessionsRequest(), end=True)
        token = (await watch.recv_message()).resume_token
        restarting = asyncio.create_task(stage.restart("second"))
        try:
            while await watch.recv_message() is not None:
                pass
            raise AssertionError("the watch ended well")
        except GRPCError as error:
            stage.check(error, Status.UNAVAILABLE, "SERVER_STOPPING", details.RetryInfo)
    await restarting
    equal((await s.validate(made)).decision, api.DECISION_ACTIVE)
    opened_since = (await s.create()).session_id
    async with s.second.WatchSessions.open(timeout=DEADLINE) as watch:
        await watch.send_message(api.WatchSessionsRequest(owner=s.owner, resume_token=token), end=True)
        seen = []
        await opened(watch, seen, 1)
        equal(seen, [opened_since])
        await watch.cancel()


async def main():
    passed = failed = 0
    for test in CASES:
        s = stage.Setup()
        began = time.monotonic()
        try:
            await asyncio.wait_for(test(s), 60)
            passed += 1
            print(f"ok    {test.__name__} {time.monotonic() - began:.2f} s", flush=True)
        except (Exception, asyncio.CancelledError):
            failed += 1
            print(f"FAIL  {test.__name__}\n{traceback.format_exc()}", flush=True)
        finally:
            s.close()
    print(f"grpclib: {passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
