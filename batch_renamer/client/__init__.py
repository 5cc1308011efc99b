"""One request to the Orders API becomes one answer: paced, retried, and held back during an outage."""

from __future__ import annotations

from batch_renamer.client.breaker import Breaker
from batch_renamer.client.gateway import Gateway, NoPage, ReadPage
from batch_renamer.client.key_proof import prove_key_in_time
from batch_renamer.client.leasing import LeasedPacer, TryNote
from batch_renamer.client.order_list import OrderList, QueryRefusedError
from batch_renamer.client.orders_api import ListQuery, OrdersApi, RefusedError, RequestError
from batch_renamer.client.orders_api.access import ApiAccess
from batch_renamer.client.orders_api.certificates import check_named_certificates
from batch_renamer.client.orders_api.descriptors import connections_possible
from batch_renamer.client.orders_api.http import HttpOrdersApi, open_orders_api
from batch_renamer.client.orders_api.protocol import ThrottledError
from batch_renamer.client.orders_api.proxy import place_of, proxy_for
from batch_renamer.client.orders_api.retry_after import moment_of
from batch_renamer.client.outbox import Outbox
from batch_renamer.client.pacing import Pacer
from batch_renamer.client.recovery import watch_breaker
from batch_renamer.client.retrying import Retrier
from batch_renamer.client.sends import Send
from batch_renamer.client.sharing import is_in_use, share_rate
from batch_renamer.client.stopping import GRACE_S, Stopping, StopSignal
from batch_renamer.client.tries import TooLate, Tries
from batch_renamer.client.workers import MostAtOnce, work_through

__all__ = [
    "GRACE_S",
    "ApiAccess",
    "Breaker",
    "Gateway",
    "HttpOrdersApi",
    "LeasedPacer",
    "ListQuery",
    "MostAtOnce",
    "NoPage",
    "OrderList",
    "OrdersApi",
    "Outbox",
    "Pacer",
    "QueryRefusedError",
    "ReadPage",
    "RefusedError",
    "RequestError",
    "Retrier",
    "Send",
    "StopSignal",
    "Stopping",
    "ThrottledError",
    "TooLate",
    "Tries",
    "TryNote",
    "check_named_certificates",
    "connections_possible",
    "is_in_use",
    "moment_of",
    "open_orders_api",
    "place_of",
    "prove_key_in_time",
    "proxy_for",
    "share_rate",
    "watch_breaker",
    "work_through",
]
