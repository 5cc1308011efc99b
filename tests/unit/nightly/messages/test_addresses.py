"""The file of addresses enters; addresses leave that show no secret, and what is wrong with its other lines."""

from __future__ import annotations

from pathlib import Path

import pytest

from batch_renamer.errors import SettingsError
from batch_renamer.nightly.messages.addresses import Address, AddressBook, read_addresses

SECRET = "s3cr3t-t0k3n"


def a_file(folder: Path, text: str | bytes, *, mode: int = 0o600) -> Path:
    """Write a file of addresses."""
    path = folder / "notify.txt"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    path.chmod(mode)
    return path


def read(path: Path, environ: dict[str, str] | None = None) -> AddressBook:
    """Read a file of addresses."""
    return read_addresses(path, environ=environ or {})


def test_each_line_is_an_address(tmp_path: Path) -> None:
    """Blank lines and comments mean nothing; a word before an address keeps reports away from it."""
    book = read(a_file(tmp_path, "# office\n\nmailtos://a:b@example.com\r\n  text-only slack://A/B/C  \n"))
    assert [(one.line, one.url, one.text_only) for one in book.addresses] == [
        (3, "mailtos://a:b@example.com", False),
        (4, "slack://A/B/C", True),
    ]
    assert (book.mistakes, book.warning) == ((), "")


def test_a_byte_order_mark_is_no_part_of_the_address(tmp_path: Path) -> None:
    """Windows editors write one."""
    assert read(a_file(tmp_path, b"\xef\xbb\xbfjson://localhost")).addresses[0].url == "json://localhost"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        pytest.param(f"{SECRET}", "must begin with a service", id="no address"),
        pytest.param(f"json://localhost/{SECRET} json://localhost/2", "a space in it", id="two"),
        pytest.param("text-only", "has no address", id="only the word"),
        pytest.param(f"json://localhost/{SECRET}\u200b", "can't be seen", id="invisible"),
    ],
)
def test_a_line_that_is_wrong_keeps_no_other_from_being_used(tmp_path: Path, line: str, said: str) -> None:
    """It is named by its number, and nothing of it is shown."""
    book = read(a_file(tmp_path, f"{line}\njson://localhost/2\n"))
    assert [one.line for one in book.addresses] == [2]
    [mistake] = book.mistakes
    assert mistake.startswith(f"Line 1 of {tmp_path}")
    assert said in mistake
    assert SECRET not in mistake


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        pytest.param(
            f"mailtos://anna:{SECRET}@smtp.example.com?to=b@c.de", "mailtos://smtp.example.com/...", id="mail"
        ),
        pytest.param(f"mailto://u:{SECRET}@127.0.0.1:2525/", "mailto://127.0.0.1/...", id="port"),
        pytest.param(f"mailto://u:{SECRET}@x@smtp.example.com", "mailto://smtp.example.com/...", id="@ in a password"),
        pytest.param(f"mailto://u:a/{SECRET}@smtp.example.com", "mailto://...", id="/ in a password"),
        pytest.param(f"mailto://{SECRET}", "mailto://...", id="no server"),
        pytest.param(f"jsons://[::1]:8080/{SECRET}", "jsons://[::1]/...", id="IPv6"),
        pytest.param(f"https://hooks.slack.com/services/{SECRET}", "https://hooks.slack.com/...", id="webhook"),
        pytest.param(f"tgram://{SECRET}/123", "tgram://...", id="the token stands first"),
        pytest.param(f"slack://{SECRET}.com/B/C", "slack://...", id="like a server"),
        pytest.param(f"json://[{SECRET}", "json://...", id="broken"),
    ],
)
def test_an_address_shows_its_service_and_a_server_that_is_certain(url: str, shown: str) -> None:
    """In many services the place of the server has a token, so there nothing is shown."""
    address = Address(line=7, url=url)
    assert str(address) == f"{shown} (line 7)"
    assert SECRET not in repr(address)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param(None, "can't be read: No such file", id="missing"),
        pytest.param(b"\xff\xfe" + SECRET.encode("utf-16-le"), "is not UTF-8 text", id="UTF-16"),
        pytest.param(b"# " + b"x" * 70_000, "is too long", id="long"),
    ],
)
def test_a_file_that_can_not_be_used_is_refused(tmp_path: Path, content: bytes | None, said: str) -> None:
    """The sentence has its path and nothing of its content."""
    path = tmp_path / "notify.txt"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SettingsError, match=said) as refused:
        read(path)
    assert str(path) in str(refused.value)
    assert SECRET not in str(refused.value)


def test_other_users_who_can_read_the_file_are_named(tmp_path: Path) -> None:
    """With the command that takes their access away."""
    path = a_file(tmp_path, "json://localhost", mode=0o640)
    assert read(path).warning.endswith(f"(mode 0640); run: chmod 600 {path}")
    assert read(path, {"CREDENTIALS_DIRECTORY": str(tmp_path)}).warning == ""


def test_more_addresses_than_a_night_can_call_are_said(tmp_path: Path) -> None:
    """Each takes a process."""
    book = read(a_file(tmp_path, "json://localhost\n" * 51))
    assert len(book.addresses) == 50
    assert "50 addresses are the most" in book.mistakes[0]
