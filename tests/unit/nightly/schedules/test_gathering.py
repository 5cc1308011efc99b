"""Settings and an environment enter; what a scheduler must know leaves, none of it dependent on this shell."""

from __future__ import annotations

from datetime import time
from pathlib import Path
from typing import Any

import pytest

from batch_renamer.errors import SettingsError
from batch_renamer.nightly import ScheduledNight, left_out_variables, parse_time, scheduled_night
from batch_renamer.nightly.schedules import gathering
from batch_renamer.settings import resolve_settings


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """Return a configuration with an account, whose paths are relative."""
    path = tmp_path / "night.toml"
    path.write_text(
        'log_file = "log/night.jsonl"\n[nightly]\ninbox = "in"\nproblems = "/elsewhere/problems"\n'
        'notify_file = "notify.txt"\n[profiles.office]\napi_key_file = "office.key"\n',
        encoding="utf-8",
    )
    return path


def gathered(given: dict[str, Any], environ: dict[str, str]) -> ScheduledNight:
    """Gather it as the command does."""
    settings = resolve_settings(given, environ=environ)
    return scheduled_night(settings, given, at=time(3, 30), environ=environ)


def test_everything_is_a_whole_path(config: Path, tmp_path: Path) -> None:
    """What the configuration names is not repeated on the command line; what this shell decides is."""
    environ = {"XDG_STATE_HOME": str(tmp_path / "state")}
    night = gathered({"config": str(config), "profile": "office"}, environ)
    state = tmp_path / "state" / "batch-renamer"
    assert night.arguments == (
        *("nightly", "--config", str(config), "--profile", "office"),
        *("--state-dir", str(state), "--quiet", "--no-progress"),
    )
    assert dict(night.folders) == {
        "inbox": tmp_path / "in",
        "problems": Path("/elsewhere/problems"),
        "state": state,
        "log": tmp_path / "log",
    }
    assert dict(night.secret_files) == {"key": tmp_path / "office.key", "notify": tmp_path / "notify.txt"}
    assert Path(night.program[0]).is_absolute()
    assert night.config_text == config.read_text("utf-8")


def test_flags_and_variables_are_said_on_the_command_line(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A scheduler starts in another folder, with few variables."""
    monkeypatch.chdir(config.parent)
    given = {"config": "night.toml", "state_dir": "state", "nightly": {"inbox": Path("box"), "done": Path("box/ok")}}
    night = gathered(given, {"BATCH_RENAMER_RATE": "20", "BATCH_RENAMER_PROFILE": "office"})
    line = " ".join(night.arguments)
    for said in (
        f"--config {config}",
        "--profile office",
        "--rate 20",
        f"--state-dir {config.parent}/state",
        f"--inbox {config.parent}/box",
        f"--done {config.parent}/box/ok",
    ):
        assert said in line
    assert night.name == "batch-renamer-nightly-office"


def test_without_a_configuration_none_is_looked_for(tmp_path: Path) -> None:
    """The usual place follows from HOME, which a scheduler may set to another folder."""
    given = {"state_dir": str(tmp_path), "sandbox": True, "nightly": {"inbox": tmp_path / "in"}}
    night = gathered(given, {"XDG_CONFIG_HOME": str(tmp_path)})
    assert night.arguments[night.arguments.index("--config") :][:2] == ("--config", "none")
    assert night.name == "batch-renamer-nightly"


def test_a_proxy_is_passed_on_and_its_password_is_not(config: Path, tmp_path: Path) -> None:
    """A unit or a crontab can be read by others."""
    environ = {
        "XDG_STATE_HOME": str(tmp_path),
        "HTTPS_PROXY": "http://anna:s3cret@proxy:3128",
        "no_proxy": "localhost",
        "PATH": "/bin",
    }
    night = gathered({"config": str(config)}, environ)
    assert dict(night.variables) == {"no_proxy": "localhost"}
    assert left_out_variables(environ) == ("HTTPS_PROXY",)
    assert "s3cret" not in str(night)


def test_an_inbox_is_needed(tmp_path: Path) -> None:
    """The message says where to name it."""
    with pytest.raises(SettingsError, match="--inbox DIR"):
        gathered({"config": "none", "state_dir": str(tmp_path)}, {})


def test_a_path_that_no_file_of_a_scheduler_can_hold(tmp_path: Path) -> None:
    """A line break would end the command; the rest of the path would be another line of the crontab."""
    given = {"config": "none", "state_dir": str(tmp_path), "nightly": {"inbox": tmp_path / "in\n* * * * * rm"}}
    with pytest.raises(SettingsError, match="characters that a scheduler's file can't hold"):
        gathered(given, {})


@pytest.mark.parametrize(
    ("environ", "zone"),
    [({"TZ": "Europe/Berlin"}, "Europe/Berlin"), ({"TZ": ":Asia/Tokyo"}, "Asia/Tokyo"), ({"TZ": "CET-1"}, "Etc/UTC")],
    ids=["a name", "with a colon", "no name"],
)
def test_the_time_zone_has_a_name(
    config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, environ: dict[str, str], zone: str
) -> None:
    """Kubernetes takes no other."""
    monkeypatch.setattr(gathering, "_LOCAL_TIME", tmp_path / "none")
    assert gathered({"config": str(config)}, {"XDG_STATE_HOME": str(tmp_path), **environ}).zone == zone


@pytest.mark.parametrize("text", ["24:00", "3", "3:5", "03:60", "3:30 am", "-1:00", ""])
def test_what_is_no_time_of_day(text: str) -> None:
    """It is refused with an example."""
    with pytest.raises(SettingsError, match="such as 03:30"):
        parse_time(text)


@pytest.mark.parametrize(("text", "read"), [("3:30", time(3, 30)), ("23:59", time(23, 59)), (" 00:00 ", time(0, 0))])
def test_a_time_of_day(text: str, read: time) -> None:
    """With or without the first zero."""
    assert parse_time(text) == read
