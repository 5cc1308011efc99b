"""What one check has found: a value, in words that a person can act on."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Finding", "Verdict", "not_checked", "ok", "problem", "warning"]


class Verdict(StrEnum):
    """How a check came out; the word is what people and programs read."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"
    NOT_CHECKED = "not checked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One check: what was looked at, how it came out, what was found, and how to repair it ("" where nothing is to be).

    ``exit_code`` is the one that a run would end with because of it; 0 where a run would begin.
    """

    name: str
    verdict: Verdict
    said: str
    repair: str = ""
    exit_code: int = 0


def ok(name: str, said: str) -> Finding:
    """Return that all is well.

    Example:
        >>> ok("Proxy", "none").verdict
        <Verdict.OK: 'ok'>
    """
    return Finding(name=name, verdict=Verdict.OK, said=said)


def warning(name: str, said: str, repair: str) -> Finding:
    """Return that a run would begin, and that something is better repaired."""
    return Finding(name=name, verdict=Verdict.WARNING, said=said, repair=repair)


def problem(name: str, said: str, repair: str, *, exit_code: int = 2) -> Finding:
    """Return that no run would come to its end."""
    return Finding(name=name, verdict=Verdict.PROBLEM, said=said, repair=repair, exit_code=exit_code)


def not_checked(name: str, why: str) -> Finding:
    """Return that a check could not be made, because of another one."""
    return Finding(name=name, verdict=Verdict.NOT_CHECKED, said=why)
