"""Options and an environment enter; whether a night could begin leaves, a finding for each thing that it needs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from batch_renamer.checks import Finding, Verdict
from batch_renamer.nightly import examine_night
from batch_renamer.nightly.checking import examination
from batch_renamer.nightly.checking.user import UserAccount

KEY = {"AUTOENHANCE_API_KEY": "sk-live-4Zq8TtR2vXw9"}
ANNA = UserAccount(name="anna", group="office", home=Path("/home/anna"))


@pytest.fixture(autouse=True)
def as_anna(monkeypatch: pytest.MonkeyPatch) -> None:
    """Run as a user who is not root."""
    monkeypatch.setattr(examination, "user_account", lambda _: ANNA)


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    """Return an inbox."""
    folder = tmp_path / "inbox"
    folder.mkdir()
    return folder


def findings_of(
    folder: Path, *, environ: Mapping[str, str] | None = None, scheduler_has_key: bool = True, **given: Any
) -> dict[str, Finding]:
    """Return the findings by their names; without the request, as in the sandbox, unless something else is given."""
    options = {"config": "none", "state_dir": str(folder / "state"), "sandbox": True, **given}
    options = {name: value for name, value in options.items() if value is not None}
    found = list(examine_night(options, environ=environ or {}, scheduler_has_key=scheduler_has_key))
    assert len({one.name for one in found}) == len(found)
    return {one.name: one for one in found}


def test_all_that_a_night_needs_is_checked(inbox: Path) -> None:
    """The user first; nothing stays of the trials."""
    found = findings_of(inbox.parent, nightly={"inbox": inbox})
    assert next(iter(found)) == "User"
    assert list(found)[-6:] == ["Inbox", "Done", "Problems", "Reports", "Messages", "Heartbeat"]
    assert [name for name, one in found.items() if one.verdict is Verdict.PROBLEM] == []
    assert list(inbox.parent.iterdir()) == [inbox]


def test_the_user_is_named(inbox: Path) -> None:
    """A scheduler that starts the night as another one would not find its journal and key."""
    assert findings_of(inbox.parent)["User"].said == "anna; the scheduler must start the night as this user"


def test_root_is_warned(inbox: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A night needs no rights of a system."""
    monkeypatch.setattr(examination, "user_account", lambda _: UserAccount(name="root", is_root=True))
    assert findings_of(inbox.parent)["User"].verdict is Verdict.WARNING


def test_mistakes_in_the_settings_end_the_examination(inbox: Path) -> None:
    """The folders of a night that has a mistake are not known."""
    found = findings_of(inbox.parent, rate="fast")
    assert list(found) == ["User", "Python", "Configuration", "All else"]
    assert found["Configuration"].verdict is Verdict.PROBLEM


def test_an_inbox_is_needed(inbox: Path) -> None:
    """It says where to name one."""
    found = findings_of(inbox.parent)["Inbox"]
    assert (found.verdict, found.said) == (Verdict.PROBLEM, "is not set")
    assert "--inbox DIR" in found.repair


@pytest.mark.parametrize(("has_key", "verdict"), [(True, Verdict.WARNING), (False, Verdict.PROBLEM)])
def test_a_key_in_a_variable_is_one_of_this_shell(inbox: Path, has_key: bool, verdict: Verdict) -> None:
    """Most schedulers don't have it, and the night would find no key."""
    found = findings_of(
        inbox.parent, environ=KEY, scheduler_has_key=has_key, sandbox=None, base_url="http://127.0.0.1:9"
    )
    assert found["Key"].verdict is verdict
    assert KEY["AUTOENHANCE_API_KEY"] not in str(found)


def test_figures_are_checked_where_they_are_written(inbox: Path) -> None:
    """Its folder belongs to another program."""
    found = findings_of(inbox.parent, nightly={"inbox": inbox, "metrics_file": inbox / "no" / "x.prom"})
    assert found["Metrics"].verdict is Verdict.PROBLEM


def notified(inbox: Path, text: str | None, monkeypatch: pytest.MonkeyPatch, **more: object) -> Finding:
    """Return the finding about messages for a file of addresses with this text; None: there is no such file."""
    monkeypatch.setattr(examination, "apprise_is_there", lambda: True)
    path = inbox.parent / "notify.txt"
    if text is not None:
        path.write_text(text, encoding="utf-8")
        path.chmod(0o600)
    return findings_of(inbox.parent, nightly={"inbox": inbox, "notify_file": path, **more})["Messages"]


def test_addresses_are_read_and_their_secrets_kept(inbox: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What may be seen of each is shown; none is called."""
    found = notified(inbox, "mailtos://anna:s3cret@smtp.example.com\n", monkeypatch)
    assert (found.verdict, "smtp.example.com" in found.said) == (Verdict.OK, True)
    assert "s3cret" not in str(found)


@pytest.mark.parametrize(
    ("text", "verdict", "said"),
    [
        (None, Verdict.PROBLEM, "can't be read"),
        ("anna@example.com\n", Verdict.PROBLEM, "Line 1 of"),
        ("# later\n", Verdict.WARNING, "has no address"),
    ],
    ids=["no file", "no address of Apprise", "empty"],
)
def test_addresses_that_tell_no_one(
    inbox: Path, monkeypatch: pytest.MonkeyPatch, text: str | None, verdict: Verdict, said: str
) -> None:
    """A person would learn it from the first bad night that is not told."""
    found = notified(inbox, text, monkeypatch)
    assert (found.verdict, said in found.said) == (verdict, True), found


def test_addresses_that_others_can_read(inbox: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """They hold passwords."""
    notified(inbox, "json://localhost\n", monkeypatch)
    (inbox.parent / "notify.txt").chmod(0o644)
    found = findings_of(inbox.parent, nightly={"inbox": inbox, "notify_file": inbox.parent / "notify.txt"})["Messages"]
    assert (found.verdict, found.repair) == (Verdict.WARNING, f"Run: chmod 600 {inbox.parent}/notify.txt")


def test_messages_need_apprise(inbox: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is an extra, so it may be missing."""
    (path := inbox.parent / "notify.txt").touch()
    monkeypatch.setattr(examination, "apprise_is_there", lambda: False)
    found = findings_of(inbox.parent, nightly={"inbox": inbox, "notify_file": path})["Messages"]
    assert (found.verdict, "Apprise" in found.said, "notify" in found.repair) == (Verdict.PROBLEM, True, True)


@pytest.mark.parametrize(
    ("heartbeat", "verdict"), [(None, Verdict.WARNING), ("https://hc-ping.com/5f3a", Verdict.OK)], ids=["none", "one"]
)
def test_a_night_that_tells_no_one_has_a_warning(inbox: Path, heartbeat: str | None, verdict: Verdict) -> None:
    """Without messages and heartbeat, silence after good nights and silence of a dead scheduler look alike."""
    address = {} if heartbeat is None else {"heartbeat_url": heartbeat}
    found = findings_of(inbox.parent, nightly={"inbox": inbox, **address})
    assert found["Messages"].verdict is verdict
    assert "5f3a" not in str(found)
