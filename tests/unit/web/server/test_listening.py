"""The page is served as the command `web` does it."""

from __future__ import annotations

from pathlib import Path

from tests.support.served_page import served_page


async def test_the_page_is_served_to_this_machine(tmp_path: Path) -> None:
    """Its address is on the loopback, and the shell is answered there."""
    async with served_page(tmp_path) as page, page.client.get("/") as answer:
        assert page.address.origin.startswith("http://127.0.0.1:")
        assert answer.status == 200
        assert answer.content_type == "text/html"
