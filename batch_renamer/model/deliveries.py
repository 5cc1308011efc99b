"""What became of a message at one address."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Delivery"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One address that was sent a message, or that one was to be sent to.

    ``address`` is what may be seen of it, ``said`` what its service answered, as a part of a sentence, and ``repair``
    what helps ("" where it was delivered). None of them has a secret in it.
    """

    address: str
    delivered: bool
    said: str
    repair: str = ""
