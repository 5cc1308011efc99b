"""The small picture of an image: the one address that is ever asked for an image, and the proof that a picture came.

The vendor's other addresses of an image may sell it ("Images of an order" in its documentation): no other is made here.
"""

from __future__ import annotations

import re
from urllib.parse import quote

from batch_renamer.client.orders_api.protocol import RefusedError
from batch_renamer.model import Picture

__all__ = ["LARGEST_PICTURE_BYTES", "picture_path", "read_picture"]

LARGEST_PICTURE_BYTES = 100_000

_MEANS_SOMETHING = re.compile(r"[/\\?#%&;\x00-\x1f\x7f]")
_IMAGES = "/v3/images/"
_FREE_PREVIEW = "/original?preview=true&max_width=160&quality=60"


def picture_path(image_id: str) -> str:
    """Return the path of the free preview of an image; its id becomes exactly one segment.

    Gateways decode such as ``%2F``: an id with a sign that has a meaning in a URL could lead to an address that sells.

    Raises:
        RefusedError: the id can't stand in a URL.

    Example:
        >>> picture_path("b 7")
        '/v3/images/b%207/original?preview=true&max_width=160&quality=60'
    """
    try:
        segment = quote(image_id, safe="")
    except UnicodeEncodeError:
        segment = ""
    if segment in ("", ".", "..") or _MEANS_SOMETHING.search(image_id):
        raise RefusedError(f"an image id that can't stand in a URL: {image_id!r}")
    return f"{_IMAGES}{segment}{_FREE_PREVIEW}"


def read_picture(body: bytes) -> Picture:
    r"""Return the picture that an answer holds: a JPEG, PNG or WebP by its first bytes, whatever the answer calls it.

    Raises:
        RefusedError: it is none.

    Example:
        >>> read_picture(b"\xff\xd8\xff...").media_type
        'image/jpeg'
    """
    if body.startswith(b"\xff\xd8\xff"):
        return Picture(media_type="image/jpeg", data=body)
    if body.startswith(b"\x89PNG\r\n\x1a\n"):
        return Picture(media_type="image/png", data=body)
    if body[:4] == b"RIFF" and body[8:12] == b"WEBP":
        return Picture(media_type="image/webp", data=body)
    raise RefusedError("an answer that is no JPEG, PNG or WebP picture", status=200)
