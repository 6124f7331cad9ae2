"""AutoGen's workbench."""
from contextlib import asynccontextmanager
from importlib.metadata import version

from autogen_ext.tools.mcp import McpWorkbench, StreamableHttpServerParams
from beyond import all_but
from peer import Peer, Result

name = "autogen-ext"
version = version(name)
revisions = (None,)
cannot = {**all_but("resources", "templates", "prompts"), "structured": "the framework gives a tool's text alone"}


@asynccontextmanager
async def connect(url, token, revision=None):
    async with McpWorkbench(StreamableHttpServerParams(
            url=url, headers={"Authorization": f"Bearer {token}"})) as workbench:
        yield Connection(workbench)


class Connection:
    def __init__(self, workbench):
        self.workbench, self.peer = workbench, Peer()

    async def list(self):
        return [tool["name"] for tool in await self.workbench.list_tools()]

    async def call(self, tool, arguments=None, progress=None):
        answer = await self.workbench.call_tool(tool, arguments or {})
        return Result("\n".join(part.content for part in answer.result if part.type == "TextResultContent"),
                      error=answer.is_error)

    async def resources(self):
        return [str(it.uri) for it in (await self.workbench.list_resources()).resources]

    async def read(self, uri):
        found = (await self.workbench.read_resource(uri)).contents[0]
        return getattr(found, "text", None) or found.blob

    async def templates(self):
        return [it.uriTemplate for it in (await self.workbench.list_resource_templates()).resourceTemplates]

    async def prompts(self):
        return [it.name for it in (await self.workbench.list_prompts()).prompts]

    async def prompt(self, prompt, arguments):
        return (await self.workbench.get_prompt(prompt, arguments)).messages[0].content.text
