"""Small pages served on a free port of this machine, as a rule under a content policy as strict as the product's."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from aiohttp import web

__all__ = ["POLICY", "small_site"]

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self';"
    " form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)
_TYPES = {"html": "text/html", "js": "text/javascript", "css": "text/css", "svg": "image/svg+xml"}


@asynccontextmanager
async def small_site(files: Mapping[str, str], *, policy: str = POLICY) -> AsyncIterator[str]:
    """Serve these texts by their names for as long as the block lasts, and return the address before the name."""

    async def answer(request: web.Request) -> web.Response:
        name = request.match_info["name"]
        if name not in files:
            return web.Response(status=404)
        kind = _TYPES[name.rpartition(".")[2]]
        return web.Response(text=files[name], content_type=kind, headers={"Content-Security-Policy": policy})

    app = web.Application()
    app.router.add_get("/{name}", answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
