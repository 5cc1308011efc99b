"""The Orders API over HTTP: each call is one request, and returns what the API said or raises a `RequestError`.

``protocol`` says what the pipeline needs, ``answers`` decides what an answer means, ``http`` speaks aiohttp and
``failures`` translates what aiohttp raises. ``descriptors`` says how many connections this process can hold.
"""

from batch_renamer.client.orders_api.protocol import (
    ForeignNameError,
    ForeignOrderError,
    ListQuery,
    LocalShortageError,
    OrderPage,
    OrdersApi,
    RefusedError,
    RequestError,
    ThrottledError,
    TransientError,
    UnconfirmedError,
)

__all__ = [
    "ForeignNameError",
    "ForeignOrderError",
    "ListQuery",
    "LocalShortageError",
    "OrderPage",
    "OrdersApi",
    "RefusedError",
    "RequestError",
    "ThrottledError",
    "TransientError",
    "UnconfirmedError",
]
