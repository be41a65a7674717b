"""How much and how often: requests per token or address, and the size of what is sent.

Belongs here: the two limits. Does not: who may ask (``flows.alerts.tokens``).
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Final

MAX_BODY_BYTES: Final = 64 * 1024
PER_MINUTE: Final = 240
_WINDOW_S: Final = 60.0
# Askers that are remembered; with more of them at once everybody begins anew, which only loosens the limit for a moment.
_MOST_ASKERS: Final = 10_000

# What the interface between server and application hands around.
Message = MutableMapping[str, object]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]


class Rate:
    """Requests per asker and minute; a bucket that fills as time passes."""

    def __init__(self, per_minute: int = PER_MINUTE) -> None:
        self._most = float(per_minute)
        self._left: dict[str, tuple[float, float]] = {}
        self._lock = threading.Lock()

    def takes(self, asker: str) -> bool:
        """Whether one more request of an asker is answered."""
        now = time.monotonic()
        with self._lock:
            if len(self._left) > _MOST_ASKERS:
                self._left.clear()
            left, since = self._left.get(asker, (self._most, now))
            left = min(self._most, left + (now - since) * self._most / _WINDOW_S)
            self._left[asker] = (max(left - 1.0, 0.0), now)
            return left >= 1.0


class SmallBodies:
    """Refuses a body that is larger than anything that is asked for, before it is read whole."""

    def __init__(self, app: App) -> None:
        self.app = app

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Pass a request on; one that says that it is too large, or turns out to be, is answered here."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        body = b""
        while True:
            message = await receive()
            part = message.get("body", b"")
            body += part if isinstance(part, bytes) else b""
            if len(body) > MAX_BODY_BYTES:
                await _too_large(send)
                return
            if not message.get("more_body") or message["type"] == "http.disconnect":
                break
        handed = iter([{"type": "http.request", "body": body, "more_body": False}])

        async def again() -> Message:
            return next(handed, None) or await receive()

        await self.app(scope, again, send)


async def _too_large(send: Send) -> None:
    said = json.dumps({"why": "too_large", "message": f"At most {MAX_BODY_BYTES:,} bytes.", "remedy": "", "seq": None}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(said)).encode()), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": said})
