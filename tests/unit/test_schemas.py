"""The schemas that programs check the answers of the command with."""

from __future__ import annotations

import pytest
from jsonschema import Draft202012Validator

from batch_renamer.commands import RECORDED
from batch_renamer.model import COLUMNS, FileEnd, NightKind, Result
from tests.support.schemas import SCHEMAS, wrong_with


@pytest.mark.parametrize("name", SCHEMAS)
def test_each_schema_is_one(name: str) -> None:
    """A validator that a user brings takes it, and finds it by the name of its file."""
    Draft202012Validator.check_schema(SCHEMAS[name])
    assert SCHEMAS[name]["$id"] == f"{name}.schema.json"


def test_rows_have_the_columns_of_reports() -> None:
    """A column that is added later is described."""
    assert (*SCHEMAS["row"]["properties"],) == COLUMNS
    assert SCHEMAS["row"]["properties"]["result"]["enum"] == list(map(str, Result))


def test_runs_are_of_the_commands_that_are_recorded() -> None:
    """A kind of run that is added later is described."""
    assert SCHEMAS["run"]["properties"]["command"]["enum"] == [command.name for command in RECORDED]


def test_nights_have_the_words_of_the_journal() -> None:
    """What may become of a night or a file later is described."""
    night = SCHEMAS["night"]["properties"]
    assert night["state"]["enum"] == list(map(str, NightKind))
    assert night["files"]["items"]["properties"]["end"]["enum"] == list(map(str, FileEnd))


@pytest.mark.parametrize(
    ("answer", "wrong"),
    [
        pytest.param({}, "'error' is a required property", id="missing"),
        pytest.param(
            {"command": "show", "run_id": None, "exit_code": 2, "error": "No.", "more": 1}, "('more' was", id="more"
        ),
        pytest.param({"command": "show", "run_id": "Run 1", "exit_code": 2, "error": "No."}, "$.run_id", id="no id"),
    ],
)
def test_what_is_wrong_with_an_answer_is_found(answer: object, wrong: str) -> None:
    """The check of the other tests is not blind."""
    assert any(wrong in found for found in wrong_with(answer, "refusal"))
