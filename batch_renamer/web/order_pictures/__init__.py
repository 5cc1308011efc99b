"""Small pictures of orders: asked for when a page shows them, and kept in memory for a while.

::

    shelf     the pictures of all accounts, in memory, under a cap in bytes
      │
    desk      one account: the API is opened when a picture is asked for, and closed when none has been for a while
"""

from __future__ import annotations

from batch_renamer.web.order_pictures.desk import OpenGateway
from batch_renamer.web.order_pictures.shelf import OrderPictures

__all__ = ["OpenGateway", "OrderPictures"]
