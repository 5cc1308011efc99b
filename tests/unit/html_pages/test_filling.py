"""The frame that all pages share: a template and values enter, bytes leave."""

from __future__ import annotations

import base64
import hashlib
import re

from batch_renamer.html_pages import page_pieces


def test_the_policy_names_the_style_of_the_page_and_allows_nothing_else() -> None:
    """The shared style and the package's own are one style, and its hash is that of what stands on the page."""
    page = b"".join(page_pieces("batch_renamer.html_pages", "base.html.j2", style="base.css")).decode()
    style = re.search("<style>(.*)</style>", page, re.DOTALL)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'" in page
    assert "http-equiv" in page.partition("<title>")[0]
