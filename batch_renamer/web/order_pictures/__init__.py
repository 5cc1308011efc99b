"""Small pictures of orders: asked for when a page shows them, and kept in memory for a while.

::

    cache     the pictures of all accounts, in memory, under a cap in bytes
      │
    fetcher   one account: the API is opened when a picture is asked for, and closed when none has been for a while
"""

from __future__ import annotations

from batch_renamer.web.order_pictures.cache import PictureCache
from batch_renamer.web.order_pictures.fetcher import OpenGateway

__all__ = ["OpenGateway", "PictureCache"]
