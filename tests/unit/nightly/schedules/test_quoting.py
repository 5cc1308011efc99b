"""A text enters; each scheduler's format of it leaves, and is read again by the rules of that scheduler."""

from __future__ import annotations

import shlex
from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from batch_renamer.nightly.schedules.quoting import (
    cron_line,
    systemd_command,
    systemd_word,
    xml_text,
    yaml_block,
    yaml_text,
)

PRINTABLE = st.text(max_size=12).filter(str.isprintable)
DIFFICULT = st.text(alphabet="ab %\\\"'$;#&<>-~é€😀", max_size=12)
WORDS = st.lists(st.one_of(PRINTABLE, DIFFICULT), min_size=1, max_size=4)


def given_by_cron(command: str) -> str:
    r"""Return what cron gives to the shell: up to a bare percent sign; ``\%`` is one, every other ``\`` stays."""
    taken, escaped = "", False
    for sign in command:
        if sign == "%" and not escaped:
            break
        if sign == "%":
            taken = taken[:-1]
        taken += sign
        escaped = sign == "\\" and not escaped
    return taken


def words_for_systemd(value: str) -> list[str]:
    r"""Split a value as systemd does: double quotes, and ``\\`` and ``\"`` in them; then ``%%`` is a percent sign."""
    words: list[str | None] = []
    word: str | None = None
    quoted, signs = False, iter(value)
    for sign in signs:
        if sign == " " and not quoted:
            words.append(word)
            word = None
            continue
        word = word or ""
        if sign == '"':
            quoted = not quoted
        else:
            word += next(signs) if sign == "\\" else sign
    assert not quoted
    read = [one or "" for one in [*words, word]]
    assert all("%" not in one.replace("%%", "") for one in read)  # no specifier
    return [one.replace("%%", "%") for one in read]


@given(WORDS)
def test_the_shell_of_cron_reads_the_same_words(words: list[str]) -> None:
    """Whatever is in them; a percent sign would end the command, and a backslash before one is the hard case."""
    assert shlex.split(given_by_cron(cron_line(words))) == words


@given(WORDS)
def test_systemd_reads_the_same_words(words: list[str]) -> None:
    """No specifier begins, and the one word of a setting is one word."""
    assert words_for_systemd(" ".join(map(systemd_word, words))) == words


@given(WORDS)
def test_systemd_fills_in_no_variable(words: list[str]) -> None:
    """In the options each ``$`` is doubled; systemd takes the program's own path as it is."""
    program, *options = words_for_systemd(systemd_command(["/opt/$x/%a", *words]))
    assert program == "/opt/$x/%a"
    assert all("$" not in option.replace("$$", "") for option in options)
    assert [option.replace("$$", "$") for option in options] == words


@given(PRINTABLE)
def test_xml_is_the_same_text_in_ascii(text: str) -> None:
    """Output that a shell saves in another encoding is still right."""
    written = xml_text(text)
    assert written.isascii()
    assert (ElementTree.fromstring(f"<a>{written}</a>").text or "") == text  # noqa: S314 - our own


@given(st.text(max_size=40).filter(lambda text: text.isprintable() or text.isascii()))
def test_yaml_is_the_same_text(text: str) -> None:
    """Also one of several lines, such as a configuration."""
    assert yaml.safe_load(yaml_text(text)) == text


@pytest.mark.parametrize("text", ["no", "1e3", "- a", "a: b", "#a", "", "~", "*a", "\x85\u2028\ufeff"], ids=ascii)
def test_yaml_never_makes_another_kind_of_it(text: str) -> None:
    """A text stays a text."""
    assert yaml.safe_load(yaml_text(text)) == text


@given(st.text(alphabet="a #:|-'\"\t\n\x85é", max_size=20))
def test_a_yaml_block_is_the_same_text(text: str) -> None:
    """Blank lines, tabs and spaces at both ends are kept."""
    document = f"data:\n  one: {yaml_block(text, indent=4)}\n---\nnext: 1\n"
    assert list(yaml.safe_load_all(document)) == [{"data": {"one": text}}, {"next": 1}]


def test_a_path_is_a_text_like_others() -> None:
    """Each filter takes both."""
    assert systemd_word(Path("/srv/orders")) == "/srv/orders"
    assert xml_text(Path("/srv/orders")) == "/srv/orders"
    assert yaml_text(Path("/srv/orders")) == '"/srv/orders"'
