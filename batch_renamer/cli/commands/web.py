"""`web`: serves the page in the browser until it is stopped."""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Mapping

import anyio

from batch_renamer.cli.session import Session, within
from batch_renamer.cli.standard_output import to_standard_output
from batch_renamer.commands import WEB
from batch_renamer.errors import SettingsError

__all__ = ["serve_page"]

_EXTRA = "aiohttp_sse"


def serve_page(given: Mapping[str, object], *, port: int, open_page: bool) -> int:
    """Serve the page until it is stopped; return the exit code."""

    def body(session: Session) -> int:
        if importlib.util.find_spec(_EXTRA) is None:
            raise SettingsError('The page needs one more package. Install it: pip install "batch-renamer[web]"')
        from batch_renamer.web import Address, make_workspace, serve_until_stopped  # noqa: PLC0415 - the extra may be missing

        def say(address: Address) -> None:
            with to_standard_output():
                sys.stdout.write(f"{address.link}\n")
                sys.stdout.flush()

        async def serve() -> int:
            workspace = make_workspace(
                flags=session.flags,
                environ=os.environ,
                settings=session.settings,
                journal=journal,
                secrets=session.secrets,
            )
            return await serve_until_stopped(workspace=workspace, port=port, say=say)

        loop = {"use_uvloop": importlib.util.find_spec("uvloop") is not None}
        with session.journal() as journal:
            return anyio.run(serve, backend_options=loop)

    return within(WEB, given, body)
