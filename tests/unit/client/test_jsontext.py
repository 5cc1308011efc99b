"""JSON texts: the fast reader is used where it is installed, and has no say in what is JSON."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest

from batch_renamer.client.orders_api import jsontext


def reader(*, refuses: bool) -> SimpleNamespace:
    """Stand in for orjson."""

    def loads(text: bytes) -> Any:
        if refuses:
            raise json.JSONDecodeError("no", text.decode("latin-1"), 0)
        return "read fast"

    return SimpleNamespace(loads=loads, JSONDecodeError=json.JSONDecodeError)


@pytest.mark.parametrize(
    ("orjson", "value"),
    [
        pytest.param(None, ["\ud800"], id="not installed"),
        pytest.param(reader(refuses=False), "read fast", id="installed"),
        pytest.param(reader(refuses=True), ["\ud800"], id="what it refuses is read slowly"),
    ],
)
def test_what_can_be_read_is_read(orjson: SimpleNamespace | None, value: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whichever reader there is."""
    monkeypatch.setattr(jsontext, "orjson", orjson)
    assert jsontext.parse(rb'["\ud800"]') == value


@pytest.mark.parametrize("orjson", [None, reader(refuses=True)], ids=["not installed", "installed"])
@pytest.mark.parametrize(("text", "error"), [(b"{", ValueError), (b"[" * 100_000, RecursionError)])
def test_what_is_no_json_is_an_error(
    orjson: SimpleNamespace | None, text: bytes, error: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The standard library has the last word."""
    monkeypatch.setattr(jsontext, "orjson", orjson)
    with pytest.raises(error):
        jsontext.parse(text)


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "utf-32-be"])
@pytest.mark.parametrize("orjson", [None, reader(refuses=True)], ids=["not installed", "installed"])
def test_every_utf_is_read(orjson: SimpleNamespace | None, codec: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A gateway that writes another UTF, or a BOM, is understood."""
    monkeypatch.setattr(jsontext, "orjson", orjson)
    assert jsontext.parse('{"name": "Café"}'.encode(codec)) == {"name": "Café"}
