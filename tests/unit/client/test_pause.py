"""Pauses: 429s and what was let in enter; whether every try pauses, and until when, leaves."""

from __future__ import annotations

from batch_renamer.client.pause import Pause


def test_a_hint_is_kept() -> None:
    """The API knows best when it lets something in again."""
    pause = Pause()
    assert pause.refused(now=10.0, left_at=9.9, retry_after_s=7.0)
    assert pause.until == 17.0


def test_a_single_429_without_a_hint_is_no_pause() -> None:
    """Slower tries are enough, and a hint of 0 s is none."""
    pause = Pause()
    assert not pause.refused(now=10.0, left_at=9.9, retry_after_s=None)
    assert not pause.refused(now=10.1, left_at=10.0, retry_after_s=0.0)


def test_pauses_grow_to_a_minute_while_nothing_is_let_in() -> None:
    """A limit that is shut is asked seldom."""
    pause, lengths_s = Pause(), []
    pause.refused(now=0.0, left_at=0.0, retry_after_s=None)
    for _ in range(8):
        now = max(pause.until, 1.0) + 0.1
        assert pause.refused(now=now, left_at=now - 0.05, retry_after_s=None)
        lengths_s.append(round(pause.until - now))
    assert lengths_s == [1, 2, 4, 8, 16, 32, 60, 60]


def test_429s_of_tries_that_left_before_a_pause_belong_to_it() -> None:
    """Many are on their way when the first one comes back."""
    pause = Pause()
    pause.refused(now=0.0, left_at=0.0, retry_after_s=None)
    assert pause.refused(now=1.5, left_at=1.4, retry_after_s=None)
    assert not pause.refused(now=1.6, left_at=1.45, retry_after_s=None)
    assert pause.until == 2.5


def test_what_is_let_in_begins_anew() -> None:
    """The limit works again: the next 429 is an ordinary one."""
    pause = Pause()
    pause.refused(now=0.0, left_at=0.0, retry_after_s=None)
    pause.let_in()
    assert not pause.refused(now=1.5, left_at=1.4, retry_after_s=None)
