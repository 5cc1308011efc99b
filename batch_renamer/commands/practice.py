"""The sandbox command: options enter, a served stand-in for the API leaves, until it is stopped."""

from __future__ import annotations

import os
from typing import Any

from batch_renamer.commands.ending import refuse
from batch_renamer.errors import BatchRenamerError

__all__ = ["run_sandbox"]


def run_sandbox(**options: Any) -> int:
    """Serve the sandbox until it is stopped; return the exit code. The options are those of ``serve_forever``."""
    from batch_renamer.sandbox import serve_forever  # noqa: PLC0415 - only this command needs a server

    try:
        return serve_forever(api_key=os.environ.get("AUTOENHANCE_API_KEY"), **options)
    except BatchRenamerError as error:
        return refuse("sandbox", error, as_json=False)
