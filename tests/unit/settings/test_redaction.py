"""Redaction: texts that hold the key in any spelling enter; asterisks leave, and everything else as it was."""

from __future__ import annotations

import base64
import html
import json
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batch_renamer.settings.redaction import redact

KEY = "sk/live+4Zq8<Tt>R2\"vXw9&\\'="
KEYS = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=8, max_size=60)

SPELLINGS = {
    "as it is": KEY,
    "in JSON": json.dumps(KEY),
    "in JSON, twice": json.dumps(json.dumps(KEY)),
    "every character as JSON may write it": "".join(f"\\u{ord(char):04X}" for char in KEY),
    "as Python may show it": "".join(f"\\x{ord(char):02x}" for char in KEY),
    "in an address": quote(KEY, safe=""),
    "in an address, twice": quote(quote(KEY, safe="")),
    "every character as an address may write it": "".join(f"%{ord(char):02x}" for char in KEY),
    "in HTML": html.escape(KEY),
    "every character as HTML may write it": "".join(f"&#x{ord(char):x};" for char in KEY),
    "decimal in HTML": "".join(f"&#{ord(char):03d};" for char in KEY),
    "in small letters": KEY.lower(),
    "in hexadecimal": KEY.encode().hex(),
    "in base64": base64.b64encode(KEY.encode()).decode(),
    "in base64 of an address": base64.urlsafe_b64encode(KEY.encode()).decode(),
}


@pytest.mark.parametrize("spelling", SPELLINGS.values(), ids=SPELLINGS.keys())
def test_key_is_taken_out_in_every_spelling(spelling: str) -> None:
    """The texts around it stay."""
    shown = redact(f"before {spelling} between {spelling} after", [KEY])
    assert shown.replace('"', "").replace("\\", "") == "before ******** between ******** after"


@pytest.mark.parametrize("before", ["", "x", "me", "me:", "user"], ids=len)
def test_key_is_taken_out_of_base64_of_more_than_itself(before: str) -> None:
    """As in an Authorization header: wherever in a group of three the key begins, nothing of it can be decoded."""
    encoded = base64.b64encode(f"{before}{KEY}@home".encode()).decode()
    left = redact(f"Basic {encoded}", [KEY]).removeprefix("Basic ")
    assert "********" in left
    assert not any(KEY[at : at + 3] in _decoded(left) for at in range(len(KEY) - 2))


def _decoded(text: str) -> str:
    """Decode the base64 around the asterisks, as far as it can be."""
    pieces = text.split("********")
    return "|".join(base64.b64decode(piece[: len(piece) // 4 * 4]).decode("latin-1") for piece in pieces)


@given(key=KEYS, before=st.text(max_size=9), after=st.text(max_size=9))
def test_any_key_is_taken_out(key: str, before: str, after: str) -> None:
    """Whatever the key is made of, and whatever stands beside it."""
    for spelling in (key, json.dumps(key), quote(key, safe="")):
        assert key not in redact(f"{before} {spelling} {after}", [key])
        assert spelling.strip('"') not in redact(f"{before} {spelling} {after}", [key])


@pytest.mark.parametrize(
    ("text", "secrets"),
    [
        ("Order sk-live processed", ["sk-live-0123"]),
        ("nothing to hide", [""]),
        ("nothing to hide", []),
        ("", ["sk-live-0123"]),
    ],
)
def test_other_texts_are_left_alone(text: str, secrets: list[str]) -> None:
    """A part of a key is no key, and an empty one is none at all."""
    assert redact(text, secrets) == text


def test_short_key_is_replaced_only_as_it_is() -> None:
    """Its other spellings could be ordinary words."""
    assert redact("abc ABC 616263", ["abc"]) == "******** ABC 616263"
