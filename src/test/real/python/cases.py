"""
The cases, each once for every client. A client is a module of clients/: `name`, `version`, `revisions` (None: which it
picks), `cannot` (why a case is beyond it) and `connect(url, token, revision)`, which yields a connection.
"""
import asyncio
import re

import stage
from peer import NAME, ROOT, SAID
from results import Cannot, one_line, root_of
from wire import EXCHANGES

STATELESS = "2026-07-28"
SIMPLE = "This is a simple text response for testing."
TOOLS = {"test_simple_text", "test_error_handling", "test_elicitation", "note_set", "session_info"}


def check(value, what):
    if not value:
        raise AssertionError(what)


def same(seen, wanted):
    check(seen == wanted, f"{one_line(seen)} where {one_line(wanted)} was due")


async def simple(it):
    answer = await it.call("test_simple_text")
    check(not answer.error, answer.text)
    same(answer.text, SIMPLE)


# What one connection is enough for. Each gets one of its own.

async def list_(it):
    names = await it.list()
    check(TOOLS <= set(names), f"missing: {TOOLS - set(names)}")
    same(len(names), len(set(names)))
    return f"{len(names)} tools"


async def call(it):
    await simple(it)
    mixed = await it.call("test_multiple_content_types")
    check("Multiple content types test:" in mixed.text, mixed.text)
    if mixed.kinds:
        same(mixed.kinds, ["text", "image", "resource"])
        same((await it.call("test_audio_content")).kinds, ["audio"])


async def structured(it):
    await it.list()
    answer = await it.call("note_set", {"name": "structured", "text": "four"})
    same({key: answer.structured[key] for key in ("name", "bytes")}, {"name": "structured", "bytes": 4})


async def tool_error(it):
    answer = await it.call("test_error_handling")
    check(answer.error is not False, f"no error: {answer.text}")
    check("This tool intentionally returns an error for testing" in answer.text, answer.text)
    try:
        fault = (await it.call("test_fault")).text
    except Exception as failure:
        fault = str(root_of(failure))
    check("Internal error" in fault and "secret" not in fault, fault)
    # One tool's fault is not the end of the connection.
    await simple(it)
    return "its text alone, not that it is an error" if answer.error is None else ""


async def progress(it):
    seen = []
    check("executed successfully" in (await it.call("test_tool_with_progress", progress=seen)).text, "no result")
    same(seen, [0, 50, 100])


async def logging(it):
    await it.log()
    await it.call("test_tool_with_logging")
    await it.peer.until(lambda: len(it.peer.logs) >= 3, "third message")
    same(it.peer.logs, ["Tool execution started", "Tool processing data", "Tool execution completed"])


async def elicitation(it):
    answer = await it.call("test_elicitation", {"message": "Who?"})
    if getattr(it, "revision", "") == "2025-03-26" and answer.text == "The client refused: Method not found":
        raise Cannot("questions to people came with the next revision")
    same(answer.text, f'User response: action=accept, content={{"response":"{NAME}"}}')


async def sampling(it):
    same((await it.call("test_sampling", {"prompt": "Capital?"})).text, f"LLM response: {SAID}")


async def roots(it):
    same((await it.call("test_input_required_result_list_roots")).text, "Found 1 root(s)")


async def resources(it):
    check({"test://static-text", "test://static-binary"} <= set(await it.resources()), "not listed")
    same(await it.read("test://static-text"), "This is the content of the static text resource.")
    check(await it.read("test://static-binary"), "no bytes")


async def templates(it):
    check("test://template/{id}/data" in await it.templates(), "not listed")
    same(await it.read("test://template/7/data"), '{"id":"7","templateTest":true,"data":"Data for ID: 7"}')


async def prompts(it):
    same(await it.prompt("test_prompt_with_arguments", {"arg1": "a", "arg2": "b"}),
         "Prompt with arguments: arg1='a', arg2='b'")
    if not hasattr(it, "prompts"):
        return "gets one by its name, lists none"
    check("test_prompt_with_arguments" in await it.prompts(), "not listed")


async def completion(it):
    same(await it.complete_prompt("test_prompt_with_arguments", "arg1", "par"), ["paris", "park", "party"])
    same(await it.complete_template("test://template/{id}/data", "id", "12"), ["123", "124"])


async def heard(it, trigger, found):
    """Clients open the stream of a session beside what comes first; what is said before it is open is lost to them."""
    while not found():
        await it.call(trigger)
        for _ in range(25):
            if not found():
                await asyncio.sleep(0.02)


async def subscription(it):
    uri = "test://watched-resource"
    async with it.subscribed(uri):
        await heard(it, "test_trigger_resource_update", lambda: uri in it.peer.updates)
    same(set(it.peer.updates), {uri})


async def list_change(it):
    async with it.watching_tools():
        await heard(it, "test_trigger_tool_change", lambda: it.peer.changes)


async def cancel(it):
    uri = "test://template/cancelled/data"
    async with it.subscribed(uri):
        if it.revision != STATELESS:
            await heard(it, "test_trigger_tool_change", lambda: it.peer.changes)
        seen = []
        running = asyncio.create_task(it.call("test_wait_until_cancelled", progress=seen))
        await it.peer.until(lambda: seen, "progress")
        await it.give_up(running)
        await it.peer.until(lambda: uri in it.peer.updates, "word that the tool was cancelled")
    await simple(it)


CONNECTED = {
    "list": list_, "call": call, "structured": structured, "tool-error": tool_error, "progress": progress,
    "logging": logging, "elicitation": elicitation, "sampling": sampling, "roots": roots, "resources": resources,
    "templates": templates, "prompts": prompts, "completion": completion, "subscription": subscription,
    "list-change": list_change, "cancel": cancel,
}


# What takes connections of its own.

def calls(since):
    return [it for it in EXCHANGES[since:] if it.rpc == "tools/call"]


async def connect(client, revision):
    """Gives the revision that was spoken."""
    since = len(EXCHANGES)
    async with client.connect(stage.URL, stage.TOKEN, revision) as it:
        await simple(it)
    seen = calls(since)[-1]
    if revision:
        same(seen.version, revision)
    if seen.version == STATELESS:
        same((seen.session, seen.given), (None, None))
    else:
        check(seen.session, "no session")
        same(seen.given, seen.session)
    return seen.version


async def delete(client, revision):
    since = len(EXCHANGES)
    async with client.connect(stage.URL, stage.TOKEN, revision) as it:
        await simple(it)
    last = calls(since)[-1]
    if last.version == STATELESS:
        raise Cannot("this revision has no sessions")
    same([it.status for it in EXCHANGES[since:] if it.method == "DELETE" and it.session == last.session], [204])
    body = b'{"jsonrpc": "2.0", "id": 1, "method": "ping"}'
    same(await asyncio.to_thread(stage.status, stage.URL, last.session, body, last.version), 404)


async def refused(client, revision, token):
    since = len(EXCHANGES)
    try:
        async with client.connect(stage.URL, token, revision) as it:
            answer = await it.call("test_simple_text")
        check(answer.error and SIMPLE not in answer.text, "let in")
        told = answer.text
    except AssertionError:
        raise
    except Exception as failure:
        cause = root_of(failure)
        told = f"{type(cause).__name__}: {cause}"
    statuses = [it.status for it in EXCHANGES[since:]]
    check(statuses and set(statuses) == {401} and len(statuses) <= 6, f"answers {statuses}")
    return f"told: {told}"


async def wrong_token(client, revision):
    return await refused(client, revision, "not-a-token-of-anybody")


async def expired_token(client, revision):
    return await refused(client, revision, stage.EXPIRED)


async def resume(client, revision):
    steps = 20
    await stage.control("/to/first")
    seen = []
    try:
        async with client.connect(stage.URL, stage.TOKEN, revision) as it:
            running = asyncio.create_task(it.call("test_steps", {"steps": str(steps)}, progress=seen))
            await it.peer.until(lambda: len(seen) >= 3 or running.done(), "progress")
            check(not running.done(), "the call is over before its stream is broken")
            await stage.control("/to/second")
            try:
                answer = await running
            except Exception as failure:
                if revision == STATELESS:
                    raise Cannot(f"this revision resumes nothing; told: {failure}") from None
                raise
        same(answer.text, f"Completed {steps} steps")
        same(seen, list(range(1, steps + 1)))
    finally:
        await stage.control("/to/turns")


ALONE = {"delete": delete, "wrong-token": wrong_token, "expired-token": expired_token, "resume": resume}


# What is done to the stage while a client is connected: each gives a note once it has seen what came of it.

class Memory:
    """A note kept on the server: by the session, or by a handle where there is none."""

    def __init__(self, it, text):
        self.it, self.text, self.handle = it, text, {}

    async def keep(self):
        answer = await self.it.call("note_set", {"name": "kept", "text": self.text})
        check(not answer.error, answer.text)
        found = re.search(r"Its handle is (\S+):", answer.text)
        handle = (answer.structured or {}).get("handle") or (found and found[1])
        if handle:
            self.handle = {"handle": handle}

    async def kept(self):
        answer = await self.it.call("note_get", {"name": "kept", **self.handle})
        return not answer.error and self.text in answer.text


async def still_there(it, memory, again):
    if getattr(it, "session_per_call", False):
        await simple(it)
        return "opens a session for each call"
    check(await memory.kept(), "the note is gone")
    return "by its handle" if memory.handle else "its session goes on"


async def after_end(policy, it, memory, again):
    """The session has ended: under strict the client may be told so, if it can connect again()."""
    try:
        await simple(it)
    except Exception as failure:
        if policy != "strict":
            raise
        cause = root_of(failure)
        await again()
        return f"told: {cause}; a new connection works"
    if getattr(it, "session_per_call", False):
        return "opens a session for each call"
    check(not await memory.kept(), "nothing has ended")
    return "goes on, notes gone"
