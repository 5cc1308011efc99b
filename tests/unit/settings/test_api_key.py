"""A key is one plain word, which no message, log or file shows by accident."""

from __future__ import annotations

import copy
import json
import pickle
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batch_renamer.errors import SettingsError
from batch_renamer.settings import ApiKey, Settings, read_api_key
from batch_renamer.text import trimmed
from tests.support.key_files import key_file

SALT = bytes(range(32))


def test_key_shows_only_when_asked_to() -> None:
    """No way of printing an object prints the key."""
    key = ApiKey("hunter2")
    shown = (str(key), repr(key), format(key), f"{key!r}", str([key]), str({"k": key}))
    assert "hunter2" not in "".join(shown)
    assert key.reveal() == "hunter2"


def test_key_can_not_be_changed_pickled_copied_or_dumped() -> None:
    """No way of storing an object stores the key."""
    key = ApiKey("hunter2")
    with pytest.raises(AttributeError, match="can't be changed"):
        key._secret = "x"
    with pytest.raises(AttributeError, match="can't be changed"):
        del key._secret
    for store in (pickle.dumps, copy.copy, copy.deepcopy, json.dumps):
        with pytest.raises(TypeError):
            store(key)
    assert not hasattr(key, "__dict__")


def test_keys_compare_by_value() -> None:
    """The same key from two places is the same key; nothing else is a key."""
    assert ApiKey("a") == ApiKey(" a\n")
    assert ApiKey("a") != ApiKey("b")
    assert ApiKey("a") != "a"


@given(secret=st.text(min_size=1, max_size=40))
def test_key_is_one_plain_word_or_refused_unseen(secret: str) -> None:
    """Whatever is accepted is safe in a header; whatever is refused isn't in the message."""
    try:
        revealed = ApiKey(secret).reveal()
    except ValueError as error:
        assert trimmed(secret) == "" or len(trimmed(secret)) < 4 or trimmed(secret) not in str(error)  # noqa: PT017 - both outcomes are right
    else:
        assert revealed == trimmed(secret)
        assert revealed.isascii()
        assert revealed.isprintable()
        assert " " not in revealed


@pytest.mark.parametrize("bad", ["hunter2\r\nHost: x", "hunter2\x00", "hünter2", "hunter 2", "hunter2\x7f", "x" * 2000])
def test_unusable_key_is_refused_without_showing_it(bad: str) -> None:
    """Control characters could smuggle headers; the refusal doesn't repeat the key."""
    with pytest.raises(SettingsError, match=r"^The key in AUTOENHANCE_API_KEY ") as caught:
        read_api_key(Settings(state_dir=Path("s")), environ={"AUTOENHANCE_API_KEY": bad})
    assert bad[:6] not in str(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('"hunter2"', "is in quotes; leave them out"),
        ("'hunter2'\n", "is in quotes; leave them out"),
        ("\u201chunter2\u201d", "is in quotes; leave them out"),
        ('hunter2"', "is in quotes; leave them out"),
        ("AUTOENHANCE_API_KEY=hunter2", "is written as NAME=KEY; leave only what follows the ="),
        ("KEY = hunter2", "is written as NAME=KEY"),
        ('api-token="hunter2"', "is in quotes"),
        ("export AUTOENHANCE_API_KEY=hunter2", "is a command that sets a variable; leave only the key itself"),
        ("set KEY=hunter2", "is a command that sets a variable"),
        ("$env:KEY = hunter2", "is a command that sets a variable"),
        ("x-api-key: hunter2", "is a header's line; leave only what follows the :"),
        ("Bearer hunter2", "begins with the word Bearer"),
        ('{"key": "hunter2"}', "is in a document of another kind (JSON, XML or the like)"),
    ],
)
@pytest.mark.parametrize("in_file", [False, True], ids=["variable", "file"])
def test_key_with_something_around_it_is_told_what_it_is(tmp_path: Path, text: str, says: str, in_file: bool) -> None:
    """In a variable and in a file alike; the key is not shown."""
    if in_file:
        settings, environ = Settings(state_dir=tmp_path, api_key_file=key_file(tmp_path, text)), {}
    else:
        settings, environ = Settings(state_dir=tmp_path), {"AUTOENHANCE_API_KEY": text}
    with pytest.raises(SettingsError) as caught:
        read_api_key(settings, environ=environ)
    assert says in str(caught.value)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    "key",
    ["c2VjcmV0a2V5=", "YXBpa2V5==", "sk-live_4Zq8", "key-0123456789", "a:b=c", "\ufeffkey123\u200b", "set-1"],
    ids=ascii,
)
def test_key_that_only_looks_like_more_is_taken(key: str) -> None:
    """The = of base64 belongs to a key; what shows nothing is cut."""
    assert ApiKey(key).reveal() == key.strip("\ufeff\u200b")
