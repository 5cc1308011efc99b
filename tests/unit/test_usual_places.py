"""The environment enters; the folders in which this program looks without being told leave."""

from __future__ import annotations

from pathlib import Path

import platformdirs
import pytest

from batch_renamer.settings import resolve_settings
from batch_renamer.usual_places import found_config, usual_config, usual_state_folder


def test_the_xdg_variables_go_first_on_every_platform() -> None:
    """They are how a person moves all such folders at once."""
    environ = {"XDG_CONFIG_HOME": "/configurations", "XDG_STATE_HOME": "/states"}
    assert usual_config(environ) == Path("/configurations/batch-renamer/config.toml")
    assert usual_state_folder(environ) == Path("/states/batch-renamer")


def test_a_relative_folder_is_ignored(home: Path) -> None:
    """So the XDG specification has it; the platform's own folder is taken then."""
    found = usual_config({"XDG_CONFIG_HOME": "here"})
    assert found == Path(platformdirs.user_config_dir("batch-renamer", appauthor=False)) / "config.toml"
    assert found.is_relative_to(home)
    state = usual_state_folder({"XDG_STATE_HOME": "here"})
    assert state == Path(platformdirs.user_state_dir("batch-renamer", appauthor=False))


def test_a_configuration_is_found_where_there_is_one(tmp_path: Path) -> None:
    """A link that leads nowhere counts, because it is then reported instead of left out."""
    environ = {"XDG_CONFIG_HOME": str(tmp_path)}
    assert found_config(environ) is None
    path = tmp_path / "batch-renamer" / "config.toml"
    path.parent.mkdir()
    path.symlink_to("gone.toml")
    assert found_config(environ) == path


def test_a_user_without_a_home_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is looked for then, and nothing is refused."""

    def homeless(*_: object, **__: object) -> str:
        raise RuntimeError

    monkeypatch.setattr(platformdirs, "user_config_dir", homeless)
    monkeypatch.setattr(platformdirs, "user_state_dir", homeless)
    assert (usual_config({}), usual_state_folder({})) == (None, None)
    assert resolve_settings({"state_dir": "state"}, environ={}).config is None
