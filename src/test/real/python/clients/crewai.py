"""CrewAI's tools, which are called from threads."""
import asyncio
from contextlib import asynccontextmanager
from importlib.metadata import version

from beyond import all_but
from crewai_tools import MCPServerAdapter
from peer import Peer, Result

name = "crewai-tools"
version = version(name)
revisions = (None,)
cannot = {**all_but(), "structured": "the framework gives a tool's text alone"}


@asynccontextmanager
async def connect(url, token, revision=None):
    # A refusal is told by silence: it waits so long for the connection.
    adapter = await asyncio.to_thread(MCPServerAdapter, {
        "url": url, "transport": "streamable-http", "headers": {"Authorization": f"Bearer {token}"}},
        connect_timeout=6)
    try:
        yield Connection(adapter.tools)
    finally:
        await asyncio.to_thread(adapter.stop)


class Connection:
    def __init__(self, tools):
        self.peer = Peer()
        self.tools = {tool.name: tool for tool in tools}

    async def list(self):
        return list(self.tools)

    async def call(self, tool, arguments=None, progress=None):
        # As an agent calls it: what is optional and not given is null.
        return Result(await asyncio.to_thread(self.tools[tool].run, **(arguments or {})), error=None)
