"""A job at work as pages show it: a value of one moment."""

from __future__ import annotations

from dataclasses import dataclass

from batch_renamer.text import duration

__all__ = ["LiveJob"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveJob:
    """What one job is doing at this moment.

    ``run_id`` is the run that it works on, or the plan that it commits, as long as it has no run itself. ``account`` is
    the account's name, ``command`` the word of the command line for it, ``writes`` that it
    renames orders. ``stage`` is what is being done, in words;
    ``done`` of ``total`` rows of it are done (``total`` None: it is not known how many there are), and ``failures`` of
    them have a problem. ``rate_per_s`` is how many rows a second were done lately, ``limit_per_s`` how many requests a
    second are sent at most, ``left_s`` how many seconds the rest takes at that rate; None where that is not known.
    ``note`` is a sentence that holds at this moment, ``messages`` are those that were said, the newest last.
    ``began_at`` is in seconds since the epoch. ``waits_for`` says whose run holds the account ("": the job does not
    wait), ``stopping`` that the job was asked to stop.

    Example:
        >>> LiveJob(run_id="k3f9", account="office", command="apply", began_at=0.0, rate_per_s=48.2).as_json()["rate"]
        '48 a second'
    """

    run_id: str
    account: str
    command: str
    began_at: float
    writes: bool = False
    stage: str = ""
    done: int = 0
    total: int | None = None
    failures: int = 0
    rate_per_s: float | None = None
    limit_per_s: float | None = None
    left_s: float | None = None
    note: str = ""
    messages: tuple[str, ...] = ()
    waits_for: str = ""
    stopping: bool = False

    @property
    def rate(self) -> str:
        """The rate in words; "" where it is not known."""
        return _a_second(self.rate_per_s)

    @property
    def limit(self) -> str:
        """The limit in words; "" where it is not known."""
        return _a_second(self.limit_per_s)

    @property
    def left(self) -> str:
        """How long the rest takes, in words; "" where it is not known."""
        if self.left_s is None:
            return ""
        return duration(self.left_s, tenths=False) if self.left_s >= 1 else "less than 1 s"

    def as_json(self) -> dict[str, object]:
        """Return it as pages are told it: numbers, and texts that are shown as they are."""
        return {
            "run": self.run_id,
            "account": self.account,
            "command": self.command,
            "began_at": self.began_at,
            "stage": self.stage,
            "done": self.done,
            "total": self.total,
            "failures": self.failures,
            "rate": self.rate,
            "limit": self.limit,
            "left": self.left,
            "note": self.note,
            "messages": list(self.messages),
            "waits_for": self.waits_for,
            "stopping": self.stopping,
        }


def _a_second(rate_per_s: float | None) -> str:
    if rate_per_s is None:
        return ""
    return f"{rate_per_s:,.0f} a second" if rate_per_s >= 10 else f"{rate_per_s:.1f} a second"
