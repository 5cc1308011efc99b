"""An environment enters; the user that a scheduler must name leaves."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from batch_renamer.nightly.checking.user import UserAccount, user_account

posix = pytest.mark.skipif(sys.platform == "win32", reason="users of POSIX")


@posix
def test_a_user_is_known_by_its_number(monkeypatch: pytest.MonkeyPatch) -> None:
    """USER and HOME may be another's, as after su."""
    import grp  # noqa: PLC0415 - POSIX only
    import pwd  # noqa: PLC0415 - POSIX only

    monkeypatch.setattr(os, "geteuid", lambda: 1_234)
    monkeypatch.setattr(pwd, "getpwuid", lambda _: SimpleNamespace(pw_name="anna", pw_dir="/home/anna"))
    monkeypatch.setattr(grp, "getgrgid", lambda _: SimpleNamespace(gr_name="office"))
    assert user_account({"USER": "root", "HOME": "/root"}) == UserAccount(
        name="anna", group="office", home=Path("/home/anna")
    )


@posix
def test_a_user_without_a_name_is_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    """As containers have them."""
    monkeypatch.setattr(os, "geteuid", lambda: 4_000_000_123)
    monkeypatch.setattr(os, "getegid", lambda: 0)
    assert user_account({}) == UserAccount(name="4000000123", group="0")


def test_a_user_of_windows_has_its_domain(monkeypatch: pytest.MonkeyPatch) -> None:
    """The Task Scheduler wants both."""
    monkeypatch.setattr(sys, "platform", "win32")
    environ = {"USERDOMAIN": "OFFICE-PC", "USERNAME": "anna", "USERPROFILE": "/Users/anna"}
    assert user_account(environ) == UserAccount(name="OFFICE-PC\\anna", home=Path("/Users/anna"))
