"""Runs cases and writes down what came of them."""
import asyncio
import os
import sys
from collections import Counter

# Above what any case takes on a busy machine; a client that waits longer has lost its answer.
PATIENCE = 30
COUNTS = Counter()


class Cannot(Exception):
    """The client has no means for it; says why."""


def one_line(text, length=160):
    line = " ".join(str(text).split())
    return line if len(line) <= length else line[:length - 1] + "…"


def root_of(failure):
    while isinstance(failure, BaseExceptionGroup):
        failure = failure.exceptions[0]
    return failure


def write(client, version, revision, case, policy, outcome, note):
    COUNTS[outcome] += 1
    with open(os.environ["MCP_RESULTS"], "a", encoding="utf-8") as file:
        file.write("\t".join((client, version, revision, case, policy, outcome, one_line(note))) + "\n")
    if outcome == "failed":
        print(f"failed: {client} {version}, {revision}, {case}, {policy}: {one_line(note, 600)}", file=sys.stderr)


async def run(client, revision, case, work, policy="-", patience=PATIENCE):
    """One case: work() gives the note. The revision may be a function, where the case finds it out."""
    try:
        async with asyncio.timeout(patience):
            outcome, note = "ok", await work() or ""
    except TimeoutError as late:
        outcome, note = "failed", f"nothing came: {late}"
    except BaseException as failure:
        if isinstance(failure, (KeyboardInterrupt, SystemExit)):
            raise
        cause = root_of(failure)
        outcome, note = ("cannot", cause) if isinstance(cause, Cannot) else (
            "failed", f"{type(cause).__name__}: {cause}")
    write(client.name, client.version, revision() if callable(revision) else revision, case, policy, outcome, note)
    return outcome


def close():
    """The last line, for run.sh."""
    print(f"{COUNTS['ok']} {COUNTS['cannot']} {COUNTS['failed']}")
