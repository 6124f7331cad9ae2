"""Strands' client, whose calls come from threads."""
import asyncio
from contextlib import asynccontextmanager
from importlib.metadata import version

import mcp_types as types
from beyond import all_but
from peer import NAME, Peer, Result
from strands.tools.mcp import MCPClient

name = "strands-agents"
version = version(name)
revisions = (None,)
cannot = all_but("progress", "elicitation", "resources", "templates", "prompts")


@asynccontextmanager
async def connect(url, token, revision=None):
    connection = Connection()

    async def elicit(context, params):
        return types.ElicitResult(action="accept", content={next(iter(params.requested_schema["properties"])): NAME})

    async def progress(done, total, message):
        connection.reports.append(done)

    connection.client = MCPClient(url=url, headers={"Authorization": f"Bearer {token}"},
                                  elicitation_callback=elicit, progress_callback=progress)
    await asyncio.to_thread(connection.client.start)
    try:
        yield connection
    finally:
        await asyncio.to_thread(connection.client.stop, None, None, None)


class Connection:
    def __init__(self):
        self.client, self.peer, self.reports = None, Peer(), []

    async def list(self):
        return [tool.tool_name for tool in await asyncio.to_thread(self.client.list_tools_sync)]

    async def call(self, tool, arguments=None, progress=None):
        if progress is not None:
            self.reports = progress
        answer = await self.client.call_tool_async("1", tool, arguments or {})
        return Result("\n".join(it["text"] for it in answer["content"] if "text" in it), [],
                      answer.get("structuredContent"), answer["status"] == "error")

    async def resources(self):
        return [str(it.uri) for it in (await asyncio.to_thread(self.client.list_resources_sync)).resources]

    async def read(self, uri):
        found = (await asyncio.to_thread(self.client.read_resource_sync, uri)).contents[0]
        return getattr(found, "text", None) or found.blob

    async def templates(self):
        found = await asyncio.to_thread(self.client.list_resource_templates_sync)
        return [it.uri_template for it in found.resource_templates]

    async def prompts(self):
        return [it.name for it in (await asyncio.to_thread(self.client.list_prompts_sync)).prompts]

    async def prompt(self, prompt, arguments):
        found = await asyncio.to_thread(self.client.get_prompt_sync, prompt, arguments)
        return found.messages[0].content.text
