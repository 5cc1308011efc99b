"""Makes answers of templates: a fragment of HTML, in which everything that is shown is escaped."""

from __future__ import annotations

from aiohttp import web

from batch_renamer.html_pages import filled

__all__ = ["fragment"]

_PACKAGE = "batch_renamer.web.pages"


def fragment(template: str, *, status: int = 200, **values: object) -> web.Response:
    """Return the answer that shows a template of this package, filled with the values.

    The template shows untrusted text (names, ids, messages, file names) through the filter ``visible``.

    Example:
        >>> answer = fragment("trouble.html.j2", status=409, title="Not now", sentence="Run <k3> is at work.")
        >>> "Run &lt;k3&gt; is at work." in answer.text
        True
    """
    return web.Response(text=filled(_PACKAGE, template, **values), content_type="text/html", status=status)
