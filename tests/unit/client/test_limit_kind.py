"""The kind of a limit: what becomes of the tries around a 429 enters, and whether a bucket was found leaves."""

from __future__ import annotations

import pytest

from batch_renamer.client.limit_kind import LimitKind, Refill, Unmeasured
from batch_renamer.client.sends import RecentSends, Send


class Tries:
    """The tries of a run under a ceiling of 300 a second, of which one is refused."""

    def __init__(self, *, sent: int, refused: int) -> None:
        self._sends = RecentSends(kept_s=3.0)
        self.kind = LimitKind(self._sends)
        self.sends = [self.leave(number / 300) for number in range(sent)]
        self.refused = self.sends[refused]
        for send in self.sends[:refused]:
            self.end(send, let_in=True)

    def leave(self, at: float) -> Send:
        """Let a try leave."""
        return self._sends.leave(at, ceiling_per_s=300)

    def end(self, send: Send, *, let_in: bool) -> Refill | Unmeasured | None:
        """Let a try be answered; return what that shows."""
        self._sends.answered(send, send.left_at + 0.1, refused=not let_in)
        return self.kind.answered(send)

    def watch(self, now: float) -> float | None:
        """Let the 429 come; return the part of the ceiling up to which the next tries ask."""
        self.end(self.refused, let_in=False)
        return self.kind.watch_behind(self.refused, now, part=1.0, may_ask=True)


@pytest.mark.parametrize(
    ("every", "found"),
    [
        pytest.param(3, Refill(90, doubt=0.1), id="a third is let in: a bucket"),
        pytest.param(0, None, id="none is let in: a window"),
    ],
)
def test_what_is_let_in_behind_a_429_tells_the_kind(every: int, found: Refill | None) -> None:
    """A window that is full lets nothing more in; a bucket lets in what refills it: nine tenths are trusted."""
    tries = Tries(sent=41, refused=10)
    assert tries.watch(now=40 / 300) is None, "enough are on their way"
    shown = [
        tries.end(send, let_in=bool(every) and number % every == 0)
        for number, send in enumerate(tries.sends[11:], start=1)
    ]
    assert shown == [None] * 29 + [found]


@pytest.mark.parametrize(("let_in", "found"), [(True, Unmeasured(part_before=1.0)), (False, None)])
def test_where_too_few_are_on_their_way_the_next_tries_ask(let_in: bool, found: Unmeasured | None) -> None:
    """The answers come at once: only what is sent after the 429 can tell."""
    tries = Tries(sent=12, refused=11)
    assert tries.watch(now=12 / 300) == 1.0
    assert tries.end(tries.leave(13 / 300), let_in=let_in) == found


def test_after_the_first_second_what_is_let_in_tells_nothing() -> None:
    """A window has moved on by then, too."""
    tries = Tries(sent=12, refused=11)
    tries.watch(now=12 / 300)
    assert tries.end(tries.leave(1.01), let_in=True) is None
