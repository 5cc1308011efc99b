"""Reads what a person types after ``--faults``, ``--limit`` and ``--latency``.

One error names all mistakes in a text, and shows examples of what can be typed instead.
"""

from __future__ import annotations

import re
from typing import get_args

from batch_renamer.errors import SettingsError
from batch_renamer.sandbox.app import Latency
from batch_renamer.sandbox.faultkind import FaultKind
from batch_renamer.sandbox.faults import Fault, FaultPlan, Outage, OutageMode, Poison, Share
from batch_renamer.sandbox.limits import Algorithm, LimitSpec

__all__ = ["parse_faults", "parse_latency", "parse_limit"]

_NUMBER = r"[0-9]+(?:\.[0-9]+)?"
_SHARE = re.compile(rf"({_NUMBER})%(?:/({_NUMBER})s?)?")
_SPAN = re.compile(rf"({_NUMBER})-({_NUMBER})?((?:/[^/]+)*)")
_POISON = re.compile(rf"([^/]+)/([0-9]+)(?:-([0-9]+))?(?:/({_NUMBER})s?)?")
_LIMIT = re.compile(r"([1-9][0-9]{0,8})(?:/([a-z-]+))?(\+retry-after)?")
_TIME = re.compile(rf"({_NUMBER})(ms|s)")
_METHODS = frozenset({"GET", "POST", "PATCH", "DELETE"})
_OFF = frozenset({"", "none", "off", "0"})


def parse_faults(text: str, *, seed: int = 0) -> FaultPlan:
    """Read a list of faults, separated by commas; ``none`` is no fault at all.

    - ``5%``: this share of the requests gets a fault, all kinds equally often.
    - ``500=1%``: this share gets a fault of one kind; ``slow=1%/2.5``: one that takes 2.5 s.
    - ``outage=10-40``: nothing works from 10 s to 40 s after the first request; ``outage=10-``: until the end;
      ``outage=10-40/hang/PATCH``: with this mode, for these methods.
    - ``poison=500/1-60``: the first sixty orders that are renamed get this fault at every rename;
      ``poison=429-retry-after/5/86400``: the fifth order gets it, with 86400 s.
    - ``seed=7``: other requests are chosen for the shares.

    Raises:
        SettingsError: a part is none of these, or the shares add up to more than 100 %.

    Example:
        >>> parse_faults("outage=10-").outages[0].end_s is None
        True
    """
    mix, shares, outages, poisons, mistakes = 0.0, list[Share](), list[Outage](), list[Poison](), list[str]()
    for part in [] if text.strip().lower() in _OFF else text.split(","):
        word, separator, value = part.strip().partition("=")
        try:
            if not separator:
                mix += _share(word)[0]
            elif word == "seed":
                seed = int(value)
            elif word == "outage":
                outages.append(_outage(value))
            elif word == "poison":
                poisons.append(_poison(value))
            else:
                shares.append(_kind_share(word, value))
        except ValueError as error:
            mistakes.append(f"'{part.strip()}': {error}")
    if not mistakes:
        try:
            return FaultPlan(mix=mix, shares=shares, outages=outages, poisons=poisons, seed=seed)
        except ValueError:
            mistakes.append("the shares add up to more than 100%")
    raise SettingsError(
        f"--faults {text}: {'; '.join(mistakes)}. "
        "Examples: 5% · 429=2%,reset-after=1% · slow=1%/2.5 · outage=10-40 · outage=10-/hang/PATCH · "
        "poison=500/1-60 · seed=7."
    )


def parse_limit(text: str) -> LimitSpec | None:
    """Read a rate limit such as ``300``, ``300/fixed`` or ``50/bucket+retry-after``; ``none`` gives ``None``.

    The number is requests per second. Without an algorithm it is ``sliding``.

    Raises:
        SettingsError: the text has another form.

    Example:
        >>> parse_limit("300/bucket").algorithm
        'bucket'
    """
    cleaned = text.strip().lower()
    if cleaned in _OFF:
        return None
    found = _LIMIT.fullmatch(cleaned)
    algorithm = (found[2] or "sliding") if found else ""
    for known in get_args(Algorithm):
        if found and known == algorithm:
            return LimitSpec(requests=int(found[1]), algorithm=known, retry_after=bool(found[3]))
    raise SettingsError(
        f"--limit {text}: must be requests per second and, if wanted, one of "
        f"{', '.join(get_args(Algorithm))} after a slash, for example 300/sliding, 50/bucket+retry-after, or none."
    )


def parse_latency(text: str) -> Latency:
    """Read a latency such as ``100ms``, ``0.2s`` or ``100ms+50ms`` (up to 50 ms more); ``none`` is no latency.

    Raises:
        SettingsError: the text has another form.

    Example:
        >>> parse_latency("100ms+50ms")
        Latency(base_s=0.1, jitter_s=0.05)
    """
    cleaned = text.strip().lower()
    if cleaned in _OFF:
        return Latency()
    times = [_TIME.fullmatch(part.strip()) for part in cleaned.split("+")]
    seconds = [float(found[1]) / (1000 if found[2] == "ms" else 1) for found in times if found]
    if len(seconds) != len(times) or len(times) > 2:
        raise SettingsError(f"--latency {text}: must be a time such as 100ms, 0.2s or 100ms+50ms.")
    return Latency(base_s=seconds[0], jitter_s=seconds[1] if len(seconds) > 1 else 0.0)


def _share(text: str) -> tuple[float, float | None]:
    found = _SHARE.fullmatch(text)
    if not found:
        raise ValueError("a share is a number and %")
    return float(found[1]) / 100, float(found[2]) if found[2] else None


def _kind_share(word: str, value: str) -> Share:
    share, seconds = _share(value)
    return Share(fault=_fault(word, seconds), share=share)


def _fault(word: str, seconds: float | None) -> Fault:
    if word not in set(FaultKind):
        raise ValueError(f"unknown; there are {', '.join(FaultKind)}, outage, poison and seed")
    kind = FaultKind(word)
    return Fault(kind=kind) if seconds is None else Fault(kind=kind, seconds=seconds)


def _poison(value: str) -> Poison:
    found = _POISON.fullmatch(value)
    if not found:
        raise ValueError("poison is KIND/FIRST-LAST or KIND/NUMBER, and if wanted /SECONDS")
    fault = _fault(found[1], float(found[4]) if found[4] else None)
    return Poison(fault=fault, first=int(found[2]), last=int(found[3] or found[2]))


def _outage(value: str) -> Outage:
    found = _SPAN.fullmatch(value)
    if not found:
        raise ValueError("an outage is START-END or START- in seconds, and if wanted /MODE and /METHOD")
    mode, methods = OutageMode.UNAVAILABLE, set[str]()
    for word in filter(None, found[3].split("/")):
        if word in set(OutageMode):
            mode = OutageMode(word)
        elif word in _METHODS:
            methods.add(word)
        else:
            raise ValueError(f"{word} is neither a mode ({', '.join(OutageMode)}) nor a method")
    end_s = float(found[2]) if found[2] else None
    return Outage(start_s=float(found[1]), end_s=end_s, mode=mode, methods=frozenset(methods) or None)
