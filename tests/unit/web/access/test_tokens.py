"""Tokens and codes enter; what lets a request in, and for how long, leaves."""

from __future__ import annotations

import pytest

from batch_renamer.web.access import CodeUsedTwiceError, Tokens


class Clock:
    """A clock that a test turns."""

    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        """Return the time in seconds."""
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    """Stand at one moment."""
    return Clock()


@pytest.fixture
def tokens(clock: Clock) -> Tokens:
    """Return the tokens of a new server."""
    return Tokens(clock=clock)


def test_a_page_gets_a_token_of_its_own_for_its_code(tokens: Tokens) -> None:
    """Neither the code nor the printed token is that token."""
    code = tokens.new_code()
    token = tokens.redeem(code)
    assert tokens.admit(token)
    assert len({code, token, tokens.lasting}) == 3
    assert not tokens.admit(code)


def test_a_code_that_comes_twice_takes_its_token_back(tokens: Tokens) -> None:
    """One of the two senders has read the command line of the browser; the other pages stay open."""
    other = tokens.redeem(tokens.new_code())
    code = tokens.new_code()
    token = tokens.redeem(code)
    with pytest.raises(CodeUsedTwiceError):
        tokens.redeem(code)
    assert not tokens.admit(token)
    assert tokens.redeem(code) == ""
    assert tokens.admit(other)
    assert tokens.admit(tokens.lasting)


def test_a_code_is_good_for_two_minutes(tokens: Tokens, clock: Clock) -> None:
    """A slow browser has time to start; later the code says nothing to those who find it."""
    early, late = tokens.new_code(), tokens.new_code()
    clock.now_s += 119
    assert tokens.redeem(early)
    clock.now_s += 1
    assert tokens.redeem(late) == ""


def test_a_page_stays_open_when_its_code_is_old(tokens: Tokens, clock: Clock) -> None:
    """An old code that comes again can't lock out the page that it opened."""
    code = tokens.new_code()
    token = tokens.redeem(code)
    clock.now_s += 120
    assert tokens.redeem(code) == ""
    assert tokens.admit(token)


@pytest.mark.parametrize("given", ["", "A" * 43, "\ud800", "é" * 43])
def test_what_is_no_token_lets_nothing_in(tokens: Tokens, given: str) -> None:
    """A wrong token is refused, whatever characters it has."""
    assert not tokens.admit(given)
    assert tokens.redeem(given) == ""


def test_a_token_has_256_random_bits(tokens: Tokens) -> None:
    """It can't be guessed, and two servers never have the same."""
    assert len(tokens.lasting) >= 43
    assert tokens.lasting != Tokens().lasting


def test_tokens_are_not_shown(tokens: Tokens) -> None:
    """A value in a log or a traceback tells none of them."""
    code = tokens.new_code()
    token = tokens.redeem(code)
    assert [secret for secret in (code, token, tokens.lasting) if secret in repr(tokens)] == []
