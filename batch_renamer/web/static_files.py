"""The page itself without any data: HTML, script and style, by names from a fixed list.

The files are read once, when they are first asked for, so that no name in a request ever becomes a path.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from aiohttp.web import HTTPNotFound, Request, Response

from batch_renamer.html_pages import base_style
from batch_renamer.web.workspace import Workspace

__all__ = ["serve_index", "serve_part"]

_KINDS = {".css": "text/css", ".html": "text/html", ".js": "text/javascript", ".svg": "image/svg+xml"}
_INDEX = "index.html"


async def serve_index(_request: Request, _workspace: Workspace) -> Response:
    """Answer with the page that fetches everything else."""
    return _answer(_INDEX)


async def serve_part(request: Request, _workspace: Workspace) -> Response:
    """Answer with a script, style or picture of the page."""
    return _answer(request.match_info["name"])


def _answer(name: str) -> Response:
    if (part := _parts().get(name)) is None:
        raise HTTPNotFound
    body, kind = part
    return Response(body=body, content_type=kind, charset="utf-8")


@cache
def _parts() -> dict[str, tuple[bytes, str]]:
    """Return the content and the media type of each file in ``static``, by its name; and the style of all pages."""
    found = {"base.css": (base_style().encode(), _KINDS[".css"])}
    for part in files("batch_renamer.web").joinpath("static").iterdir():
        kind = _KINDS.get(f".{part.name.rpartition('.')[2]}")
        if kind is not None and part.is_file():
            found[part.name] = (part.read_bytes(), kind)
    return found
