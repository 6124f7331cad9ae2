"""The official SDK before 2: sessions alone."""
from contextlib import asynccontextmanager, contextmanager
from importlib.metadata import version

import httpx
import mcp.types as types
from mcp import ClientSession
from mcp.client.streamable_http import streamable_http_client
from peer import NAME, ROOT, SAID, Peer, Result
from pydantic import AnyUrl

name = "mcp"
version = version("mcp")
revisions = ("2025-03-26", "2025-06-18", "2025-11-25")
cannot = {}


@contextmanager
def asking_for(revision):
    """The SDK asks for its newest, and takes what it is given."""
    newest, types.LATEST_PROTOCOL_VERSION = types.LATEST_PROTOCOL_VERSION, revision
    try:
        yield
    finally:
        types.LATEST_PROTOCOL_VERSION = newest


@asynccontextmanager
async def connect(url, token, revision=None):
    peer = Peer()

    async def sample(context, params):
        return types.CreateMessageResult(role="assistant", model="none", content=types.TextContent(
            type="text", text=SAID))

    async def elicit(context, params):
        return types.ElicitResult(action="accept", content={next(iter(params.requestedSchema["properties"])): NAME})

    async def roots(context):
        return types.ListRootsResult(roots=[types.Root(uri=ROOT)])

    async def log(params):
        peer.logs.append(params.data)

    async def message(it):
        peer.notified(it)

    async with (
        httpx.AsyncClient(headers={"Authorization": f"Bearer {token}"}, timeout=30) as http,
        streamable_http_client(url, http_client=http) as (read, write, _),
        ClientSession(read, write, sampling_callback=sample, elicitation_callback=elicit, list_roots_callback=roots,
                      logging_callback=log, message_handler=message) as session,
    ):
        with asking_for(revision):
            answer = await session.initialize()
        yield Connection(session, peer, str(answer.protocolVersion))


class Connection:
    def __init__(self, session, peer, revision):
        self.session, self.peer, self.revision = session, peer, revision

    async def list(self):
        return [tool.name for tool in (await self.session.list_tools()).tools]

    async def call(self, tool, arguments=None, progress=None):
        async def report(done, total, text):
            progress.append(done)

        answer = await self.session.call_tool(
            tool, arguments or {}, progress_callback=None if progress is None else report)
        return Result.of(answer.content, answer.structuredContent, answer.isError)

    async def log(self):
        await self.session.set_logging_level("debug")

    async def give_up(self, call):
        """Ends the newest call. This line leaves it to its users to tell the server."""
        call.cancel()
        await self.session.send_notification(types.ClientNotification(types.CancelledNotification(
            params=types.CancelledNotificationParams(requestId=self.session._request_id - 1, reason="not wanted"))))

    async def resources(self):
        return [str(it.uri) for it in (await self.session.list_resources()).resources]

    async def read(self, uri):
        found = (await self.session.read_resource(AnyUrl(uri))).contents[0]
        return getattr(found, "text", None) or found.blob

    async def templates(self):
        return [it.uriTemplate for it in (await self.session.list_resource_templates()).resourceTemplates]

    async def prompts(self):
        return [it.name for it in (await self.session.list_prompts()).prompts]

    async def prompt(self, prompt, arguments):
        return (await self.session.get_prompt(prompt, arguments)).messages[0].content.text

    async def complete_prompt(self, prompt, argument, value):
        return (await self.session.complete(types.PromptReference(type="ref/prompt", name=prompt),
                                            {"name": argument, "value": value})).completion.values

    async def complete_template(self, template, argument, value):
        return (await self.session.complete(types.ResourceTemplateReference(type="ref/resource", uri=template),
                                            {"name": argument, "value": value})).completion.values

    @asynccontextmanager
    async def subscribed(self, uri):
        await self.session.subscribe_resource(AnyUrl(uri))
        yield
        await self.session.unsubscribe_resource(AnyUrl(uri))

    @asynccontextmanager
    async def watching_tools(self):
        """What has changed comes unasked."""
        yield
