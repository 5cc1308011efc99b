"""The open API of a run: its gateway, and the pacer that counts its requests. It exists once the run is connected."""

from __future__ import annotations

from dataclasses import dataclass

from batch_renamer.client import Gateway, Pacer

__all__ = ["ApiSession"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiSession:
    """An API that is open.

    ``workers`` is how many requests at once the user allows (None: as many as are useful), ``connections`` how many the
    file descriptors suffice for.
    """

    gateway: Gateway
    pacer: Pacer
    workers: int | None
    connections: int

    def most_at_once(self) -> int:
        """Return how many rows may be worked on at once: no more than there are connections for."""
        return min(self.workers or self.connections, self.connections)

    def requests_per_s(self) -> float:
        """Return how many requests a second can be made at present."""
        pace_per_s, latency_s = self.pacer.pace_per_s, self.pacer.latency_s
        if self.workers is None or not latency_s:
            return pace_per_s
        return min(pace_per_s, self.workers / latency_s)

    def pace_note(self) -> str:
        """Return the limit that holds at present, in words."""
        return f"limit {self.pacer.limit_per_s:,.0f}/s"
