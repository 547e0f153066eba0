"""Around every answer: headers that keep strangers out of our pages; and no body is too long."""

from __future__ import annotations

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LARGEST = 1_000_000
"""Bytes of a request: an edited mail is far smaller."""
POLICY = "; ".join(
    [
        "default-src 'none'",
        "style-src 'self'",
        "img-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ]
)
"""There is no script at all, and nothing from elsewhere."""
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class Armour:
    """ASGI middleware."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                headers.setdefault("Cache-Control", "private, no-cache")
            await send(message)

        if _too_long(scope):
            message = f"a request has at most {LARGEST} bytes, and says how many"
            error = {"error": {"type": "TooLarge", "message": message}}
            await JSONResponse(error, 413)(scope, receive, guarded)
            return
        await self._app(scope, receive, guarded)


def _too_long(scope: Scope) -> bool:
    """A body whose length is not told in advance is for the hook alone, which counts itself."""
    headers = Headers(scope=scope)
    if "transfer-encoding" in headers:
        return not str(scope["path"]).startswith("/hooks/")
    length = headers.get("content-length", "0")
    return not length.isdigit() or int(length) > LARGEST
