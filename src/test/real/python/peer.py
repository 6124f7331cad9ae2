"""What a client hears from the server, and what it answers."""
import asyncio
from dataclasses import dataclass, field

ROOT = "file:///somewhere"
NAME = "Ada"
SAID = "Paris"


@dataclass
class Result:
    """What a tool gave, whatever the client makes of it."""

    text: str
    kinds: list = field(default_factory=list)
    structured: dict | None = None
    error: bool = False

    @staticmethod
    def of(blocks, structured, error):
        return Result("\n".join(getattr(block, "text", "") for block in blocks if hasattr(block, "text")),
                      [block.type for block in blocks], structured, bool(error))


class Reports:
    """Where progress goes, of clients that are told once for all calls who hears of it."""

    def __init__(self):
        self.to = []


class Peer:
    def __init__(self):
        self.logs, self.updates, self.changes = [], [], []

    async def until(self, found, what):
        """Waits for what comes beside an answer; the case's own time is the limit."""
        try:
            while not found():
                await asyncio.sleep(0.02)
        except asyncio.CancelledError:
            raise TimeoutError(f"no {what}") from None

    def notified(self, message):
        """Of either line of the SDK, which wrap notifications differently."""
        message = getattr(message, "root", message)
        match getattr(message, "method", None):
            case "notifications/resources/updated":
                self.updates.append(str(message.params.uri))
            case "notifications/tools/list_changed":
                self.changes.append("tools")
