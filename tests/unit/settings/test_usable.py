"""A configuration with mistakes enters; what can be used of it leaves, to say where and how to report them."""

from __future__ import annotations

from pathlib import Path

import pytest

from batch_renamer.settings import usable_settings

CONFIG = """\
quiet = true
state_dir = "state"
{top}
[nightly]
inbox = "in"
{night}
notify_file = "notify.txt"

[profiles.office]
api_key_file = "office.key"
[profiles.office.nightly]
inbox = "office"
"""


@pytest.mark.parametrize(
    ("top", "night"),
    [
        pytest.param("", "", id="no mistake"),
        pytest.param("rate = 'fast'", "", id="a wrong value"),
        pytest.param("", "settle_s = 'soon'", id="a wrong value of the night"),
        pytest.param("", "remind_day = 3", id="a misspelled setting of the night"),
        pytest.param("raet = 3", "", id="a misspelled setting"),
        pytest.param("rate = 3 3", "", id="no TOML"),
        pytest.param("", "settle_s = 1 s", id="no TOML in the night"),
        pytest.param("rate 3\nworkers = = 4\nno quotes = here", "tell_good", id="several lines"),
        pytest.param("[profiles.north\nnightly = 3\nquiet = false", "", id="a heading and its table"),
        pytest.param("# caf\udce9", "", id="another encoding"),
    ],
)
def test_what_has_no_mistake_is_used(tmp_path: Path, top: str, night: str) -> None:
    """A typo must not keep the message about it from being sent."""
    config = tmp_path / "night.toml"
    config.write_bytes(CONFIG.format(top=top, night=night).encode("utf-8", "surrogateescape"))
    settings = usable_settings({"config": str(config), "profile": "office"}, environ={})
    assert settings.quiet
    assert settings.state_dir == tmp_path / "state"
    assert settings.nightly.notify_file == tmp_path / "notify.txt"
    assert settings.nightly.inbox == tmp_path / "office"


@pytest.mark.parametrize("content", ['quiet = true\nreport = ["a.csv"\n', "x = '''\n", None, "= \n" * 30])
def test_a_file_that_says_nothing_leaves_the_rest(tmp_path: Path, content: str | None) -> None:
    """The flags still hold."""
    config = tmp_path / "night.toml"
    if content is not None:
        config.write_text(content, "utf-8")
    settings = usable_settings({"config": str(config), "json": True}, environ={})
    assert (settings.json, settings.nightly.notify_file) == (True, None)
