"""Decides when one more row is started, by demand; it needs no estimate of how long a request takes."""

from __future__ import annotations

import math
from dataclasses import dataclass

from batch_renamer.client.breaker import Breaker
from batch_renamer.client.pacing import Pacer
from batch_renamer.client.seen import Kind
from batch_renamer.loop_clock import loop_time

__all__ = ["Capacity"]

_SILENT_AFTER_S = 1.0
_SILENT_AFTER_LATENCIES = 2

_SILENT_AT_FIRST_S = 2.5
"""How long the first answer of a kind may take: what is usual for pages may be little for renames."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Capacity:
    """Tells when one more row may make requests of a kind."""

    kind: Kind
    pacer: Pacer
    breaker: Breaker

    async def wait(self) -> None:
        """Return when the pacer has free slots, the breaker lets requests through, and the API answers.

        An API that hangs looks at first like one that needs more requests at once. So nothing is started once
        requests of this kind are awaited for one second plus twice the usual latency, and none has ended; for a little
        longer where none of this kind was ever answered.
        """
        while True:
            await self.pacer.wait_for_capacity()
            if self.breaker.gate.holds(self.kind):
                await self.breaker.gate.wait_until_closed(self.kind)
            elif self._is_silent():
                await self.breaker.seen[self.kind].wait_for_an_end()
            else:
                return

    def is_free(self) -> bool:
        """Tell whether `wait` would return at once."""
        return self.pacer.has_capacity() and not self.breaker.gate.holds(self.kind) and not self._is_silent()

    def _is_silent(self) -> bool:
        seen = self.breaker.seen[self.kind]
        allowed_s = _SILENT_AFTER_S + _SILENT_AFTER_LATENCIES * (self.pacer.latency_s or 0.0)
        if seen.passed_at == -math.inf:
            allowed_s = max(allowed_s, _SILENT_AT_FIRST_S)
        return loop_time() - seen.awaited_since > allowed_s

    async def wait_for_probe(self) -> None:
        """Return when a row that was not tried yet is wanted as a probe, because those in hand may be bad ones."""
        await self.breaker.seen[self.kind].wait_until_fresh_wanted()
