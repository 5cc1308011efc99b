"""The small picture of an image: its address, what counts as a picture, and that no other address is ever made."""

from __future__ import annotations

import ast
import asyncio
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

import batch_renamer
from batch_renamer.client.orders_api.answers import read_order, read_page, read_renamed
from batch_renamer.client.orders_api.http import open_orders_api
from batch_renamer.client.orders_api.pictures import picture_path, read_picture
from batch_renamer.client.orders_api.protocol import RefusedError, TransientError
from batch_renamer.sandbox.pictures import free_preview_of

PACKAGE = Path(batch_renamer.__file__).parent
FREE = "/original?preview=true&max_width=160&quality=60"
PNG, JPEG, WEBP = b"\x89PNG\r\n\x1a\n1", b"\xff\xd8\xff\xe01", b"RIFF\0\0\0\0WEBPVP8 "


@given(st.text(min_size=1, max_size=300).filter(lambda text: text not in {".", ".."}))
def test_an_image_id_is_one_segment_of_the_free_address(image_id: str) -> None:
    """Whatever an id says, it leads to no other address; aiohttp gets the path as it is."""
    try:
        path = picture_path(image_id)
    except RefusedError:
        assert any("\ud800" <= sign <= "\udfff" or sign in "/\\?#%&;\x7f" or sign < " " for sign in image_id)
        return
    assert free_preview_of(path) == image_id
    assert URL(f"http://127.0.0.1:1{path}", encoded=True).raw_path_qs == path
    assert path.startswith("/v3/images/")
    assert path.endswith(FREE)
    assert path.count("/") == 4


@pytest.mark.parametrize(
    "image_id",
    ["", ".", "..", "\ud800", "a/enhanced?b=", "a%2Fenhanced%3F", "..\\enhanced", "a#b", "a\n"],
    ids=["blank", "dot", "dots", "half a character", "path", "decoded twice", "backslash", "fragment", "line break"],
)
def test_an_id_that_would_lead_elsewhere_is_refused(image_id: str) -> None:
    """Nothing is sent for it."""
    with pytest.raises(RefusedError, match="can't stand in a URL"):
        picture_path(image_id)


@pytest.mark.parametrize(
    ("body", "media_type"),
    [(PNG, "image/png"), (JPEG, "image/jpeg"), (WEBP, "image/webp")],
    ids=["png", "jpeg", "webp"],
)
def test_a_picture_is_known_by_its_first_bytes(body: bytes, media_type: str) -> None:
    """What the answer calls it does not count."""
    picture = read_picture(body)
    assert (picture.media_type, picture.data) == (media_type, body)


@pytest.mark.parametrize(
    "body", [b"", b"<svg onload='x'/>", b"GIF89a", b"RIFF0000WAVE", b"<!doctype html>"], ids=lambda body: repr(body[:6])
)
def test_anything_else_is_no_picture(body: bytes) -> None:
    """An SVG can hold a script, and a page is no picture."""
    with pytest.raises(RefusedError, match="no JPEG, PNG or WebP"):
        read_picture(body)


@pytest.mark.parametrize(
    ("images", "first"),
    [
        pytest.param('[{"image_id": "i1"}, {"image_id": "i2"}]', "i1", id="the first"),
        pytest.param('[{"image_id": null}, {}, 5, {"image_id": "i2"}]', "i2", id="the first that has one"),
        pytest.param('[{"image_id": "a\\u0000b"}]', None, id="control characters"),
        pytest.param(f'[{{"image_id": "{"i" * 257}"}}]', None, id="too long"),
        pytest.param('{"image_id": "i1"}', None, id="no list"),
        pytest.param("null", None, id="null"),
    ],
)
def test_the_first_image_is_kept_where_pictures_are_wanted(images: str, first: str | None) -> None:
    """And nothing of the images anywhere else, which are tens of kilobytes."""
    order = f'{{"order_id": "a1", "name": "b", "images": {images}}}'
    page = f'{{"orders": [{order}]}}'.encode()
    assert read_order(order.encode(), order_id="a1", images=True).first_image == first
    assert read_renamed(order.encode(), order_id="a1", new_name="b", images=True).first_image == first
    assert read_page(page, images=True).orders[0].first_image == first
    assert read_order(order.encode(), order_id="a1").first_image is None
    assert read_renamed(order.encode(), order_id="a1", new_name="b").first_image is None
    assert read_page(page).orders[0].first_image is None


def test_one_place_makes_addresses_of_images_and_only_the_free_one() -> None:
    """The whole code base but the stand-in for the API: no other text has an address of images in it."""
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        place = path.relative_to(PACKAGE).as_posix()
        if not place.startswith("sandbox/"):
            found += [
                (place, node.value)
                for node in ast.walk(ast.parse(path.read_text("utf-8")))
                if isinstance(node, ast.Constant) and isinstance(node.value, str)
                if any(part in node.value for part in ("images/", "/images", "enhanced", "preview=", "/original"))
                if not node.value.startswith("Return the path of the free preview")
            ]
    home = "client/orders_api/pictures.py"
    assert found == [(home, "/v3/images/"), (home, FREE)]


async def test_a_picture_that_is_too_large_is_not_read_whole() -> None:
    """The stream is closed after 100 kB, whatever was announced."""
    sent = 0

    async def answer(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nConnection: close\r\n\r\n" + PNG)
        with suppress(ConnectionError):
            for _ in range(100):
                writer.write(b"\0" * 100_000)
                await writer.drain()
                sent += 100_000
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1") as server:
        base_url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        async with open_orders_api(base_url=base_url, key="k", user_agent="test") as api:
            with pytest.raises(TransientError, match="an answer over 100 kB"):
                await api.picture("i1")
    assert sent < 10_000_000
