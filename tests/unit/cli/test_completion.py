"""Typed words enter; what could come next leaves, and no file is made for it."""

from __future__ import annotations

import os
import shlex
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from batch_renamer.cli.completion.candidates import Candidates, candidates
from batch_renamer.cli.completion.shells import SHELLS, script_of
from batch_renamer.journal import Journal, NewRun, RunRecord

CONFIG = '[profiles.office]\nstate_dir = "kept"\n[profiles."at home"]\n'
ASK = "__complete"
HEAVY = {"aiohttp", "anyio", "numpy", "pandas", "pydantic", "rich"}


def words_after(*typed: str, environ: dict[str, str] | None = None) -> list[str]:
    """Return the words that are offered."""
    return [word for word, _ in candidates(typed, environ or {}).words]


def begin(journal: Journal, command: str, sheet: str = "/sheets/houses.csv") -> RunRecord:
    """Begin a run as a command does."""
    return journal.runs.begin(NewRun(command=command, base_url="http://127.0.0.1:1", account="one", sheet=sheet))


def note_sent(journal: Path, run: RunRecord) -> None:
    """Note that the run sent renames; the journal itself does so when it is given their rows."""
    with closing(sqlite3.connect(journal, isolation_level=None)) as connection:
        connection.execute("UPDATE runs SET sent = active WHERE id = ?", (run.id,))


def contents(folder: Path) -> dict[str, bytes]:
    """Return every file of a folder with what is in it."""
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        pytest.param(["pl"], ["plan"], id="command"),
        pytest.param(["help", "und"], ["undo"], id="help of a command"),
        pytest.param(["--vers"], ["--version"], id="option of the program"),
        pytest.param(["apply", "--max"], ["--max-renames", "--max-failures"], id="option"),
        pytest.param(["apply", "--strict", "--stri"], [], id="an option that was given"),
        pytest.param(["apply", "--report", "a.csv", "--repo"], ["--report"], id="an option for several times"),
        pytest.param(["apply", "--sheet", "--strict", "--stri"], ["--strict"], id="a value that looks like an option"),
        pytest.param(["apply", "--hidden-rows", "s"], ["skip"], id="value"),
        pytest.param(["apply", "--hidden-rows=s"], ["skip"], id="value after a sign"),
        pytest.param(["apply", "--hidden-rows", "=", "s"], ["skip"], id="value after a sign, in bash"),
        pytest.param(["apply", "--hidden-rows", "="], ["include", "skip"], id="sign alone, in bash"),
        pytest.param(["apply", "--current-name-column", ""], ["none"], id="the one word among free text"),
        pytest.param(["apply", "--rate", ""], [], id="number"),
        pytest.param(["completion", ""], ["bash", "zsh", "fish"], id="argument"),
        pytest.param(["check", "--", "--she"], [], id="after two dashes"),
        pytest.param(["nothing", ""], [], id="no such command"),
    ],
)
def test_words_that_could_come_next(typed: list[str], offered: list[str]) -> None:
    """What is offered fits where it stands."""
    assert words_after(*typed) == offered


@pytest.mark.parametrize(
    ("typed", "kind", "ending"),
    [
        pytest.param(["check", "ho"], "files", "xlsx", id="spreadsheet"),
        pytest.param(["apply", "--config", ""], "files", "toml", id="configuration"),
        pytest.param(["apply", "--report", ""], "files", "json", id="report"),
        pytest.param(["sandbox", "--orders-file", ""], "files", None, id="any file"),
        pytest.param(["runs", "--state-dir", ""], "folders", None, id="folder"),
    ],
)
def test_files_that_could_come_next(typed: list[str], kind: str, ending: str | None) -> None:
    """The shell itself lists files; it is told which."""
    found = candidates(typed, {})
    assert (found.kind, found.words) == (kind, ())
    assert (ending in found.endings) if ending else (found.endings == ())


def test_after_the_argument_come_options() -> None:
    """Where nothing else can stand, what is left to say is offered."""
    offered = words_after("check", "houses.csv", "")
    assert offered[0] == "--sheet"
    assert offered[-1] == "--help"


def test_runs_are_offered_newest_first_with_what_they_were(tmp_path: Path) -> None:
    """Each command is offered those that it is about."""
    path = tmp_path / "journal.sqlite3"
    with Journal.open(path) as journal:
        renaming = journal.runs.commit(begin(journal, "apply"))
        note_sent(path, renaming)
        plan, begun = begin(journal, "plan"), begin(journal, "apply", sheet="/sheets/tab\there.csv")
    where = ["--state-dir", str(tmp_path)]
    assert words_after("show", *where, "") == [begun.id, plan.id, renaming.id, "latest"]
    assert words_after("apply", *where, "--plan", "") == [plan.id, "latest"]
    assert words_after("undo", *where, "") == words_after("audit", *where, "") == [renaming.id, "latest"]
    interrupted = [begun.id, renaming.id, "latest"]
    assert words_after("resume", *where, "") == words_after("runs", *where, "--dismiss", "") == interrupted
    assert words_after("show", *where, plan.id[:3]) == [plan.id]
    found = candidates(["show", *where, ""], {})
    assert found.kind == "runs"
    assert found.words[0][1].startswith("apply tab?here.csv, ")
    assert found.words[-2][1].endswith(": not finished")
    assert found.words[-1] == ("latest", "the newest of these")


@pytest.mark.parametrize("open_meanwhile", [False, True], ids=["closed journal", "journal in use"])
def test_looking_at_runs_changes_no_file(tmp_path: Path, open_meanwhile: bool) -> None:
    """SQLite's own files beside the journal count, too; what another process has just written is seen."""
    with Journal.open(tmp_path / "journal.sqlite3") as journal:
        begin(journal, "apply")
        if open_meanwhile:
            run = begin(journal, "apply")
            before = sorted(contents(tmp_path))
            assert words_after("show", "--state-dir", str(tmp_path), "")[0] == run.id
            assert sorted(contents(tmp_path)) == before
    before_closed = contents(tmp_path)
    assert len(words_after("show", "--state-dir", str(tmp_path), "")) == 2 + open_meanwhile
    assert contents(tmp_path) == before_closed


def test_the_state_directory_is_that_of_the_command(tmp_path: Path) -> None:
    """Option, variable, configuration and profile lead to the same journal as for the command itself."""
    config = tmp_path / "night.toml"
    config.write_text(CONFIG, encoding="utf-8")
    with Journal.open(tmp_path / "kept" / "journal.sqlite3") as journal:
        run = begin(journal, "apply")
    with Journal.open(tmp_path / "kept" / "sandbox" / "journal.sqlite3") as journal:
        practice = begin(journal, "apply")
    kept = str(tmp_path / "kept")
    assert words_after("show", "--state-dir", kept, "") == [run.id, "latest"]
    assert words_after("show", "--state-dir", kept, "--sandbox", "") == [practice.id, "latest"]
    assert words_after("show", "", environ={"BATCH_RENAMER_STATE_DIR": kept}) == [run.id, "latest"]
    assert words_after("show", "--config", str(config), "--profile", "office", "") == [run.id, "latest"]
    (tmp_path / "kept").rename(tmp_path / "batch-renamer")
    assert words_after("show", "", environ={"XDG_STATE_HOME": str(tmp_path)}) == [run.id, "latest"]


def test_profiles_are_those_of_the_configuration(tmp_path: Path) -> None:
    """The file is named by an option or a variable."""
    config = tmp_path / "night.toml"
    config.write_text(CONFIG, encoding="utf-8")
    assert words_after("apply", "--config", str(config), "--profile", "") == ["office", "at home"]
    assert words_after("apply", "--profile", "o", environ={"BATCH_RENAMER_CONFIG": str(config)}) == ["office"]
    assert words_after("apply", "--profile", "") == []


def test_the_users_own_configuration_counts_where_none_is_named(tmp_path: Path) -> None:
    """`init` writes it, and every command reads it; ``--config none`` leaves it out here, too."""
    config = tmp_path / "batch-renamer" / "config.toml"
    config.parent.mkdir()
    config.write_text(CONFIG, encoding="utf-8-sig")  # some editors write a byte order mark
    with Journal.open(config.parent / "kept" / "journal.sqlite3") as journal:
        run = begin(journal, "apply")
    environ = {"XDG_CONFIG_HOME": str(tmp_path)}
    assert words_after("apply", "--profile", "", environ=environ) == ["office", "at home"]
    assert words_after("show", "--profile", "office", "", environ=environ) == [run.id, "latest"]
    assert words_after("apply", "--config", "none", "--profile", "", environ=environ) == []
    assert words_after("apply", "--profile", "", environ={**environ, "BATCH_RENAMER_CONFIG": "none"}) == []


def asked(*words: str, env: dict[str, str], interpreter: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
    """Ask as a shell does."""
    line = [sys.executable, *interpreter, "-m", "batch_renamer", ASK, *words]
    return subprocess.run(line, env={**os.environ, **env}, capture_output=True, text=True, check=False, timeout=60)


def test_nothing_is_said_or_made_where_something_is_wrong(tmp_path: Path) -> None:
    """A person who types is not told of a damaged file; the command itself does that."""
    (tmp_path / "journal.sqlite3").write_bytes(b"no database" * 100)
    (tmp_path / "broken.toml").write_text("[", encoding="utf-8")
    home = {"HOME": str(tmp_path), "XDG_STATE_HOME": str(tmp_path / "none")}
    before = contents(tmp_path)
    for words in (["undo", ""], ["undo", "--state-dir", str(tmp_path), ""], ["undo", "--config", "broken.toml", ""]):
        ran = asked(*words, env=home)
        assert (ran.stdout.replace("runs\n", ""), ran.stderr) == ("", "")
    assert contents(tmp_path) == before
    assert [path.name for path in tmp_path.iterdir() if path.is_dir()] == []


def test_a_key_press_waits_for_no_library(tmp_path: Path) -> None:
    """Even run ids are found without what a run needs."""
    with Journal.open(tmp_path / "journal.sqlite3") as journal:
        run = begin(journal, "apply")
    ran = asked("show", "--state-dir", str(tmp_path), "", env={}, interpreter=("-X", "importtime"))
    imported = {line.rpartition("|")[2].strip() for line in ran.stderr.splitlines()}
    assert run.id in ran.stdout
    assert "batch_renamer" in imported
    assert imported & HEAVY == set()


@pytest.mark.parametrize("shell", SHELLS)
def test_the_script_of_a_shell_asks_and_knows_every_kind_of_answer(shell: str) -> None:
    """The scripts and the program speak the same few words, and the script says how it is installed."""
    script = script_of(shell)
    assert f"{ASK} " in script
    assert f"# Completion of batch-renamer in {shell}" in script
    assert f"batch-renamer completion {shell} >>" in script
    assert all(kind in script for kind in ("words", "runs", "files", "folders"))


def bash_offers(folder: Path, *typed: str) -> list[str]:
    """Return what bash would offer after these words, with the script loaded as in .bashrc."""
    words = shlex.join(["batch-renamer", *typed])
    line = (
        f"{script_of('bash')}\ncompopt() {{ :; }}\nCOMP_WORDS=({words}) COMP_CWORD={len(typed)} COMP_TYPE=9\n"
        '_batch_renamer batch-renamer\nprintf "%s\\n" "${COMPREPLY[@]}"'
    )
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    env = {"PATH": path, "HOME": str(folder)}
    ran = subprocess.run(
        ["/usr/bin/env", "bash", "-c", line],
        cwd=folder,
        env=env,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert ran.stderr == ""
    return ran.stdout.split("\n")[:-1]


def test_bash_offers_words_and_files(tmp_path: Path) -> None:
    """The script is played by a real bash: words as they are to be typed, spreadsheets and folders alone."""
    for name in ("houses.csv", "houses.txt", "night.toml"):
        (tmp_path / name).touch()
    (tmp_path / "hot").mkdir()
    (tmp_path / "night.toml").write_text(CONFIG, encoding="utf-8")
    assert bash_offers(tmp_path, "au") == ["audit"]
    assert sorted(bash_offers(tmp_path, "apply", "ho")) == ["hot", "houses.csv"]
    assert bash_offers(tmp_path, "apply", "--config", "n") == ["night.toml"]
    assert bash_offers(tmp_path, "apply", "--config", "night.toml", "--profile", "a") == ["at\\ home"]


def test_lines_are_what_the_scripts_read() -> None:
    """The kind first, then one candidate a line."""
    assert Candidates(words=(("undo", "Put back"),)).lines() == ["words", "undo\tPut back"]
    assert Candidates("files", endings=("csv",)).lines() == ["files", "csv"]
