"""LlamaIndex's tools and the client that they call, which opens a session for each thing that is asked."""
from contextlib import asynccontextmanager
from importlib.metadata import version

import mcp_types as types
from beyond import all_but
from llama_index.tools.mcp import BasicMCPClient, McpToolSpec
from peer import SAID, Peer, Result

name = "llama-index-tools-mcp"
version = version(name)
revisions = (None,)
cannot = all_but("progress", "sampling", "resources", "templates", "prompts")


async def sample(context, params):
    return types.CreateMessageResult(role="assistant", model="none", content=types.TextContent(type="text", text=SAID))


@asynccontextmanager
async def connect(url, token, revision=None):
    client = BasicMCPClient(url, headers={"Authorization": f"Bearer {token}"}, sampling_callback=sample)
    try:
        yield Connection(client, await McpToolSpec(client).to_tool_list_async())
    finally:
        await client.http_client.aclose()


class Connection:
    session_per_call = True

    def __init__(self, client, tools):
        self.client, self.peer = client, Peer()
        self.tools = {tool.metadata.name: tool for tool in tools}

    async def list(self):
        return list(self.tools)

    async def call(self, tool, arguments=None, progress=None):
        async def report(done, total, text):
            progress.append(done)

        answer = ((await self.tools[tool].acall(**(arguments or {}))).raw_output if progress is None
                  else await self.client.call_tool(tool, arguments, report))
        return Result.of(answer.content, answer.structured_content, answer.is_error)

    async def resources(self):
        return [str(it.uri) for it in (await self.client.list_resources()).resources]

    async def read(self, uri):
        found = (await self.client.read_resource(uri)).contents[0]
        return getattr(found, "text", None) or found.blob

    async def templates(self):
        return [it.uri_template for it in (await self.client.list_resource_templates()).resource_templates]

    async def prompts(self):
        return [it.name for it in (await self.client.list_prompts()).prompts]

    async def prompt(self, prompt, arguments):
        return (await self.client.get_prompt(prompt, arguments))[0].content
