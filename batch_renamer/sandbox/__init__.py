"""A local stand-in for the Orders API, with faults on request; a log has all requests that it got.

::

    request ─> app ─> outage ─> limits ─> faults ─> api ─> orders ─> orderfile (SQLite, if wanted)
                └── requestlog                       └── ordertext (JSON)
    answer  <─ wire (whole, or broken by the fault)

`serve` puts it on a loopback port; `texts` reads the words of the command line.
"""

from __future__ import annotations

from batch_renamer.sandbox.api import Answer, ApiRules, Call, OrdersApi
from batch_renamer.sandbox.app import Latency, Sandbox
from batch_renamer.sandbox.faultkind import FaultKind
from batch_renamer.sandbox.faults import Fault, FaultPlan, Outage, OutageMode, Poison, Rule, Share, script
from batch_renamer.sandbox.limits import FixedWindow, Limiter, LimitSpec, SlidingWindow, TokenBucket, Unlimited
from batch_renamer.sandbox.orders import NamedBy, NameGiven, OrderStore, Page
from batch_renamer.sandbox.requestlog import LoggedRequest, RequestLog
from batch_renamer.sandbox.serve import running, serve_forever
from batch_renamer.sandbox.storedorder import StoredOrder
from batch_renamer.sandbox.texts import parse_faults, parse_latency, parse_limit

__all__ = [
    "Answer",
    "ApiRules",
    "Call",
    "Fault",
    "FaultKind",
    "FaultPlan",
    "FixedWindow",
    "Latency",
    "LimitSpec",
    "Limiter",
    "LoggedRequest",
    "NameGiven",
    "NamedBy",
    "OrderStore",
    "OrdersApi",
    "Outage",
    "OutageMode",
    "Page",
    "Poison",
    "RequestLog",
    "Rule",
    "Sandbox",
    "Share",
    "SlidingWindow",
    "StoredOrder",
    "TokenBucket",
    "Unlimited",
    "parse_faults",
    "parse_latency",
    "parse_limit",
    "running",
    "script",
    "serve_forever",
]
