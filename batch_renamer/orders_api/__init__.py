"""The Orders API: ids and names enter, Orders or one of four errors leave.

``protocol`` says what the pipeline needs, ``answers`` decides what an answer is worth, ``http`` speaks aiohttp.
"""

from batch_renamer.orders_api.protocol import (
    ForeignNameError,
    OrderPage,
    OrdersApi,
    RefusedError,
    RequestError,
    ThrottledError,
    TransientError,
)

__all__ = [
    "ForeignNameError",
    "OrderPage",
    "OrdersApi",
    "RefusedError",
    "RequestError",
    "ThrottledError",
    "TransientError",
]
