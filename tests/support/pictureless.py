"""An Orders API that has no pictures, as a base of those that tests make."""

from __future__ import annotations

from batch_renamer.client import RefusedError
from batch_renamer.model import Picture

__all__ = ["Pictureless"]


class Pictureless:
    """Refuses to give a picture."""

    async def picture(self, image_id: str) -> Picture:
        """Refuse."""
        raise RefusedError(f"404 Not Found for {image_id}", status=404)
