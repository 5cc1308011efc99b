"""The program enters; its manual page leaves, with every command and option, in roff that shows them as they are."""

from __future__ import annotations

import re
from typing import Any

import pytest
import typer.main

from batch_renamer.cli.app import app
from batch_renamer.cli.help.manual import manual

PROGRAM: Any = typer.main.get_command(app)
PAGE = manual(PROGRAM, PROGRAM.make_context("batch-renamer", ["x"], resilient_parsing=True))
FLAGS = {
    max(param.opts, key=len)
    for command in PROGRAM.commands.values()
    for param in command.params
    if param.param_type_name == "option"
}


def plain(roff: str) -> str:
    """Return what a terminal shows of roff text."""
    signs = {r"\-": "-", r"\(aq": "'", r"\(dq": '"', r"\(ga": "`", r"\(ha": "^", r"\(ti": "~", r"\e": "\\"}
    text = re.sub(r"\\f[BR]|\\[&%]", "", roff)
    return re.sub(r"\\(?:\(..|.)", lambda found: signs[found[0]], text)


def test_every_command_is_in_the_manual() -> None:
    """Each has a heading with its usage and its sentence."""
    headings = re.findall(r"^\.SS batch-renamer ([a-z]+)", plain(PAGE), re.MULTILINE)
    assert headings == list(PROGRAM.commands)
    assert all(" ".join(command.help.split()) in plain(PAGE) for command in PROGRAM.commands.values())


def test_every_option_is_explained_in_the_manual() -> None:
    """What several commands have is explained once, what one has stands under it."""
    explained = re.findall(r"^\.TP\n(--[a-z-]+)", plain(PAGE), re.MULTILINE)
    assert FLAGS - {"--help"} == set(explained) - {"--help"}
    assert explained.count("--rate") == 1


@pytest.mark.parametrize("word", [word for word in PROGRAM.commands if word not in ("completion", "man")])
def test_each_command_names_its_options(word: str) -> None:
    """From a heading to the next, every option of the command is mentioned."""
    part = plain(PAGE).partition(f".SS batch-renamer {word} ")[2].partition("\n.S")[0]
    takes = {max(param.opts, key=len) for param in PROGRAM.commands[word].params if param.param_type_name == "option"}
    assert takes <= set(re.findall(r"--[a-z-]+", part))


def test_no_text_is_taken_for_a_request() -> None:
    """A line that begins with a dot or an apostrophe is one of the few macros of a manual; no other sign is lost."""
    macros = {line.split()[0] for line in PAGE.splitlines() if line.startswith((".", "'"))}
    assert macros <= {".TH", ".ad", ".SH", ".SS", ".TP", ".PP", ".RS", ".RE", ".EX", ".EE"}
    assert set(re.findall(r"\\.", PAGE)) <= {r"\-", r"\(", r"\e", r"\f", r"\&", r"\%"}
    texts = [line for line in PAGE.splitlines() if not line.startswith(".TH")]
    assert [line for line in texts if re.search(r"(?<!\\)-|['\"`^~]", line)] == []


def test_examples_can_be_pasted_from_the_manual() -> None:
    """Quotation marks and hyphens are the plain ones of a shell."""
    assert "batch-renamer apply orders.csv --yes --report 'night-{date}.csv'\n" in plain(PAGE)
    assert r"\-\-report \(aqnight\-{date}.csv\(aq" in PAGE


def test_exit_codes_and_variables_are_in_the_manual() -> None:
    """They are what a person who writes a script looks for."""
    assert all(f"\n{word}\n" in plain(PAGE) for word in ("0", "5", "129, 130, 143", "AUTOENHANCE_API_KEY"))
