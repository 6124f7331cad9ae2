"""smolagents' tools, which are called from threads."""
import asyncio
import json
from contextlib import asynccontextmanager
from importlib.metadata import version

from beyond import all_but
from peer import Peer, Result
from smolagents import MCPClient

name = "smolagents"
version = version(name)
revisions = (None,)
cannot = all_but()


@asynccontextmanager
async def connect(url, token, revision=None):
    # A refusal is told by silence: it waits so long for the connection.
    client = await asyncio.to_thread(MCPClient, {
        "url": url, "transport": "streamable-http", "headers": {"Authorization": f"Bearer {token}"}},
        {"connect_timeout": 6}, True)
    try:
        yield Connection(client.get_tools())
    finally:
        await asyncio.to_thread(client.disconnect)


class Connection:
    def __init__(self, tools):
        self.peer = Peer()
        self.tools = {tool.name: tool for tool in tools}

    async def list(self):
        return list(self.tools)

    async def call(self, tool, arguments=None, progress=None):
        answer = await asyncio.to_thread(self.tools[tool], **(arguments or {}))
        structured = answer if isinstance(answer, dict) else None
        return Result(json.dumps(answer) if structured else str(answer), [], structured, None)
