"""Runs the cases of the clients named, which are modules of clients/ that this Python can import."""
import asyncio
import importlib
import logging
import sys
import threading
import warnings
from contextlib import AsyncExitStack
from functools import partial

import wire

wire.listen()

import cases  # noqa: E402
import results  # noqa: E402
import stage  # noqa: E402

CONNECTING = asyncio.Lock()


class Act:
    """Something done to the stage once all who are to see it stand there connected."""

    def __init__(self, players, path):
        self.waiting, self.path, self.done = players, path, asyncio.Event()

    async def ready(self):
        """Of those who fail before, too."""
        self.waiting -= 1
        if not self.waiting:
            try:
                await stage.control(self.path)
            finally:
                self.done.set()

    async def play(self, client, revision, case, policy, seen):
        arrived = False

        async def again():
            async with CONNECTING, client.connect(stage.URL, stage.TOKEN, revision) as it:
                await cases.simple(it)

        async def work():
            nonlocal arrived
            async with AsyncExitStack() as stack:
                # One after the other: what the SDKs ask for is a setting of the whole process.
                async with CONNECTING, asyncio.timeout(results.PATIENCE):
                    it = await stack.enter_async_context(client.connect(stage.URL, stage.TOKEN, revision))
                    memory = cases.Memory(it, f"{client.name} {revision}")
                    if not getattr(it, "session_per_call", False):
                        await memory.keep()
                arrived = True
                await self.ready()
                await self.done.wait()
                async with asyncio.timeout(results.PATIENCE):
                    return await seen(it, memory, again)

        try:
            # Replicas take their time to start: the act itself is not the client's.
            await results.run(client, revision, case, work, policy, patience=None)
        finally:
            if not arrived:
                await self.ready()


async def together(pairs, case, path, policy, seen):
    pairs = [it for it in pairs if not refuses(*it, case, policy)]
    if pairs:
        act = Act(len(pairs), path)
        await asyncio.gather(*(act.play(*pair, case, policy, seen) for pair in pairs))


def refuses(client, revision, case, policy="-"):
    why = client.cannot.get(case)
    if why:
        results.write(client.name, client.version, revision, case, policy, "cannot", why)
    return bool(why)


async def revisions_of(client):
    """Connects in each, and says in which the other cases make sense."""
    for wanted in client.revisions:
        spoken = None

        async def work():
            nonlocal spoken
            spoken = await cases.connect(client, wanted)

        await results.run(client, lambda: spoken or wanted or "-", "connect", work)
        if spoken:
            yield spoken


async def main(names):
    clients = [importlib.import_module(f"clients.{name}") for name in names]
    pairs = []
    for client in clients:
        async for revision in revisions_of(client):
            pairs.append((client, revision))
            for case, work in cases.CONNECTED.items():
                async def connected():
                    async with client.connect(stage.URL, stage.TOKEN, revision) as it:
                        return await work(it)

                if not refuses(client, revision, case):
                    await results.run(client, revision, case, connected)
            for case, work in cases.ALONE.items():
                if not refuses(client, revision, case):
                    await results.run(client, revision, case, lambda: work(client, revision))

    await stage.control("/to/first")
    await together(pairs, "other-replica", "/to/second", "-", cases.still_there)
    await stage.control("/to/first")
    await together(pairs, "restart", "/restart/first", "-", cases.still_there)
    await stage.control("/to/turns")
    for policy in stage.POLICIES:
        if policy != stage.POLICIES[0]:
            await stage.control(f"/policy/{policy}")
        await together(pairs, "ended", "/end", policy, partial(cases.after_end, policy))
    # As it was, for who comes next.
    await stage.control(f"/policy/{stage.POLICIES[0]}")
    results.close()


# What the SDKs log of the faults that cases bring about is told by the cases.
logging.disable(logging.CRITICAL)
threading.excepthook = lambda _: None
warnings.simplefilter("ignore")
asyncio.run(main(sys.argv[1:]))
