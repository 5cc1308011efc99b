"""Writes orders as JSON: the bytes of the API's answer from an order as it is stored.

An order with 2,800 images is 2 MB of text. That text is built once for each number of images; an answer only puts
the order's own id into it.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Collection, Sequence

from batch_renamer.sandbox.storedorder import StoredOrder

__all__ = ["OrderText"]

_SCENES = ("kitchen", "garden", "living room", "bathroom", "front", "bedroom", "hallway")
_CLOUDS = ("CLEAR", "LOW_CLOUD", "HIGH_CLOUD")
# A zero byte stands for the order's id in the text of the images: JSON text itself never holds one.
_PLACE = b"\x00"
_OWN_PART = b"\x01"
"""Stands for the part of an image's id that is the order's own."""


class OrderText:
    """Renders orders; ``omit`` names fields that the answers lack, as any field may be missing.

    Example:
        >>> order = StoredOrder(seq=0, order_id="a1", name="x", created_at="t", last_updated_at="t")
        >>> OrderText(omit={"images", "status"}).order(order)[:32]
        b'{"order_id": "a1", "name": "x", '
    """

    def __init__(self, *, omit: Collection[str] = ()) -> None:
        """Start with nothing built."""
        self._omit = frozenset(omit)
        self._images: dict[int, bytes] = {}

    def order(self, order: StoredOrder) -> bytes:
        """Render one order whole."""
        document = {
            "order_id": order.order_id,
            "name": order.name,
            "status": order.status,
            "is_processing": order.is_processing,
            "is_merging": order.is_merging,
            "is_deleted": order.is_deleted,
            "total_images": order.total_images,
            "created_at": order.created_at,
            "last_updated_at": order.last_updated_at,
            "default_image_sort_order": None,  # newer versions have it: new fields are to be ignored
        }
        for field in self._omit:
            document.pop(field, None)
        text = json.dumps(document).encode()
        return text if "images" in self._omit else text[:-1] + b', "images": ' + self._image_list(order) + b"}"

    def page(self, orders: Sequence[bytes], *, per_page: int, next_offset: str | None) -> bytes:
        """Render one page of the list from orders already rendered."""
        pagination = json.dumps({"per_page": per_page, "next_offset": next_offset}).encode()
        return b'{"orders": [' + b", ".join(orders) + b'], "pagination": ' + pagination + b"}"

    def _image_list(self, order: StoredOrder) -> bytes:
        count = order.total_images
        if count not in self._images:
            self._images[count] = b"[" + b", ".join(_image(number) for number in range(count)) + b"]"
        own_part = b"%08x" % zlib.crc32(order.order_id.encode("utf-8", "surrogatepass"))
        return self._images[count].replace(_PLACE, json.dumps(order.order_id).encode()).replace(_OWN_PART, own_part)


def _image(number: int) -> bytes:
    """Render an image as the vendor's SDK knows it, and three fields that it doesn't."""
    document = {
        "image_id": f"00000000-0000-4000-8000-{number:012d}",
        "image_name": f"IMG_{number:04d}.jpg",
        "order_id": None,
        "user_id": "00000000-0000-4000-9000-000000000000",
        "date_added": 1_700_000_000_000 + number,
        "status": "processed",
        "status_reason": None,
        "ai_version": "5.x",
        "enhance": True,
        "enhance_type": "warm",
        "cloud_type": _CLOUDS[number % len(_CLOUDS)],
        "scene": _SCENES[number % len(_SCENES)],
        "rating": None,
        "downloaded": False,
        "lens_correction": True,
        "vertical_correction": True,
        "sky_replacement": number % 2 == 0,
        "window_pull": False,
        "privacy": False,
        "upscale": False,
        "finetune_settings": None,
        "metadata": {"camera": "Sandbox Mark I", "exposure_s": 0.008, "iso": 100, "width": 6000, "height": 4000},
        "bracket_group": None,
        "content_type": "image/jpeg",
        "threesixty": False,
    }
    text = json.dumps(document).encode().replace(b'"order_id": null', b'"order_id": ' + _PLACE)
    return text.replace(b'"image_id": "00000000', b'"image_id": "' + _OWN_PART)
