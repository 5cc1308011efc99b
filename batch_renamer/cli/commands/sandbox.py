"""`sandbox`: serves the stand-in for the API until it is stopped."""

from __future__ import annotations

import os
from pathlib import Path

from batch_renamer.cli.ending import refuse
from batch_renamer.errors import BatchRenamerError
from batch_renamer.settings import key_of_environment

__all__ = ["run_sandbox"]


def run_sandbox(
    *,
    port: int,
    orders: int,
    images: int,
    faults: str,
    limit: str,
    latency: str,
    orders_file: Path | None,
    log_file: Path | None,
) -> int:
    """Serve the sandbox until it is stopped; return the exit code. Its options are those of ``serve_forever``."""
    from batch_renamer.sandbox import serve_forever  # noqa: PLC0415 - only this command needs a server

    try:
        # An empty AUTOENHANCE_API_KEY counts as not set: the sandbox then makes up a key.
        found = key_of_environment({name: value for name, value in os.environ.items() if value.strip()})
        key, source = (found.key.reveal(), found.source) if found is not None else (None, "")
        return serve_forever(
            api_key=key,
            key_source=source,
            port=port,
            orders=orders,
            images=images,
            faults=faults,
            limit=limit,
            latency=latency,
            orders_file=orders_file,
            log_file=log_file,
        )
    except BatchRenamerError as error:
        return refuse("sandbox", error, as_json=False)
