"""The key is proven before the first row: a list of orders that fails alone is waited for, as in any outage.

Reading one order needs no key, so only the list shows whether the key is good.
"""

from __future__ import annotations

from collections.abc import Callable

import anyio

from batch_renamer.client.gateway import Gateway, KeyUnprovenError
from batch_renamer.client.stopping import StopSignal
from batch_renamer.loop_clock import loop_time

__all__ = ["prove_key_in_time"]

_TRIES = 3
_AGAIN_S = 2.0


async def prove_key_in_time(
    gateway: Gateway, *, patience_s: float, stop: StopSignal, notify: Callable[[str], None]
) -> None:
    """Prove that the API accepts the key, within about ``patience_s`` seconds; ``notify`` takes sentences for the user.

    Raises:
        KeyRefusedError: 401 or 403.
        KeyUnprovenError: the list gave no good answer in time, although the API answers other requests.
        ApiUnavailableError: the API refuses to list orders.
        Stopping: the run stops.
    """
    give_up_at = loop_time() + patience_s
    try:
        await gateway.prove_key(most_failures=_TRIES)
    except KeyUnprovenError as error:
        unproven = error
    else:
        return
    if loop_time() < give_up_at:
        notify(f"{unproven} Waiting up to {patience_s:g} s for it.")
    with anyio.CancelScope(deadline=give_up_at):
        while True:
            with stop.interruptible():
                await anyio.sleep(_AGAIN_S)
            try:
                await gateway.prove_key(most_failures=1)
            except KeyUnprovenError as error:
                unproven = error
            else:
                notify("The list of orders is answered again.")
                return
    raise unproven
