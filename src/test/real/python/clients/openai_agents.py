"""The OpenAI Agents SDK's server object."""
from contextlib import asynccontextmanager
from importlib.metadata import version

from agents.mcp import MCPServerStreamableHttp
from beyond import all_but
from peer import Peer, Result

name = "openai-agents"
version = version(name)
revisions = (None,)
cannot = all_but("resources", "templates", "prompts")


@asynccontextmanager
async def connect(url, token, revision=None):
    async with MCPServerStreamableHttp({"url": url, "headers": {"Authorization": f"Bearer {token}"}, "timeout": 20},
                                       client_session_timeout_seconds=20) as server:
        yield Connection(server)


class Connection:
    def __init__(self, server):
        self.server, self.peer = server, Peer()

    async def list(self):
        return [tool.name for tool in await self.server.list_tools()]

    async def call(self, tool, arguments=None, progress=None):
        answer = await self.server.call_tool(tool, arguments or {})
        return Result.of(answer.content, answer.structured_content, answer.is_error)

    async def resources(self):
        return [str(it.uri) for it in (await self.server.list_resources()).resources]

    async def read(self, uri):
        found = (await self.server.read_resource(uri)).contents[0]
        return getattr(found, "text", None) or found.blob

    async def templates(self):
        return [it.uri_template for it in (await self.server.list_resource_templates()).resource_templates]

    async def prompts(self):
        return [it.name for it in (await self.server.list_prompts()).prompts]

    async def prompt(self, prompt, arguments):
        return (await self.server.get_prompt(prompt, arguments)).messages[0].content.text
