"""New names that are made by rule: by a template, and by replacing parts of the current names."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest
import xlsxwriter

from tests.support.served import Command

IDS = ("order_id",)
ELM = ("12 Elm St", "14 Elm Street", "16 Oak Road")


def orders(renamer: Command, *names: str) -> Path:
    """Begin with orders of these names, and return a sheet that has their ids and nothing else."""
    renamer.begin_with({f"a{number}": name for number, name in enumerate(names, start=1)})
    return renamer.sheet([(order_id,) for order_id in renamer.seeds], headings=IDS)


def names(renamer: Command) -> list[str | None]:
    """Return the names that the orders have now."""
    return [renamer.names[order_id] for order_id in renamer.seeds]


async def test_parts_of_current_names_are_replaced(renamer: Command) -> None:
    """Only ids are needed; a name without the text is unchanged, and one that would be blank is invalid."""
    ran = await renamer.apply(orders(renamer, "12 Elm St", "14 Oak Road", "St"), "--replace", "St=", "--json")
    assert (ran.code, ran.results) == (1, ["renamed", "unchanged", "invalid"])
    assert ran.rows[2]["reason"] == "The new name would be blank."
    assert [row["new_name"] for row in ran.rows] == ["12 Elm", "14 Oak Road", ""]
    assert names(renamer) == ["12 Elm", "14 Oak Road", "St"]


async def test_plan_keeps_the_names_that_it_made(renamer: Command) -> None:
    """They are shown like typed ones; an order that has another name when the plan is applied is left alone."""
    plan = await renamer.plan(orders(renamer, *ELM), "--replace-regex", r"\bSt$=Street")
    assert 'row 2  a1  "12 Elm St" → "12 Elm Street"' in plan.out
    assert renamer.patched == []
    renamer.sandbox.store.rename("a1", "12 Elm St (sold)")
    applied = await renamer.paste(f"{plan.last_line} --yes --json --rate 2000")
    assert (applied.code, applied.results) == (1, ["drifted", "unchanged", "unchanged"])


async def test_same_rule_is_not_applied_to_its_own_names(renamer: Command) -> None:
    """The second run says so and sends nothing; on request it applies the rule once more."""
    sheet = orders(renamer, *ELM)
    first = await renamer.apply(sheet, "--replace", "St=Street")
    assert names(renamer) == ["12 Elm Street", "14 Elm Streetreet", "16 Oak Road"]
    assert "Applied once more, the rule would change 2 new names again" in first.out
    assert '"12 Elm Street" to "12 Elm Streetreet"' in first.out
    assert r"To replace whole words alone, write --replace-regex '\bSt\b=Street'." in first.out
    second = await renamer.apply(sheet, "--replace", "St=Street")
    assert second.code == 0
    assert "The same rule has made the names of 2 of these orders before" in second.out
    assert names(renamer) == ["12 Elm Street", "14 Elm Streetreet", "16 Oak Road"]
    again = await renamer.apply(sheet, "--replace", "St=Street", "--again")
    assert names(renamer) == ["12 Elm Streetreet", "14 Elm Streetreetreet", "16 Oak Road"], again.out


@pytest.mark.parametrize("match", [(), ("--match-by", "current-name")], ids=["by id", "by name"])
async def test_rule_that_a_kept_plan_applied_is_not_applied_again(renamer: Command, match: tuple[str, ...]) -> None:
    """The run of the plan is known by its rows, as one that came from the sheet itself."""
    renamer.begin_with({"a": "A", "b": "A A"})
    if match:
        sheet = renamer.sheet([("A",), ("A A",)], headings=("current_name",))
    else:
        sheet = renamer.sheet([("a",), ("b",)], headings=IDS)
    rule = ("--replace", "A=A A", *match)
    plan = await renamer.plan(sheet, *rule)
    assert (await renamer.paste(f"{plan.last_line} --yes --rate 2000")).code == 0
    after = {"a": "A A", "b": "A A A A"}
    assert renamer.names == after
    again = await renamer.apply(sheet, *rule, "--json")
    assert (again.code, again.results, renamer.names) == (0, ["unchanged", "unchanged"], after), again.out


async def test_rule_is_applied_again_after_its_undo(renamer: Command) -> None:
    """Unattended, an order whose name was taken back is left alone, as with typed names."""
    sheet = orders(renamer, *ELM)
    run = await renamer.apply(sheet, "--replace", "Elm=Ash", "--json")
    await renamer.do("undo", run.result["run_id"])
    assert names(renamer) == list(ELM)
    left_alone = await renamer.apply(sheet, "--replace", "Elm=Ash", "--json")
    assert left_alone.results == ["drifted", "drifted", "unchanged"]
    assert left_alone.rows[0]["reason"].startswith(f"Run {run.result['run_id']} gave this order this name")
    again = await renamer.apply(sheet, "--replace", "Elm=Ash", "--again", "--json")
    assert again.results == ["renamed", "renamed", "unchanged"]


async def test_template_makes_names_from_columns(renamer: Command) -> None:
    """A name in the spreadsheet wins, a blank column makes the row invalid, and the counter counts made names."""
    renamer.begin_with({f"a{number}": "old" for number in range(1, 5)})
    rows = [("a1", "", "12 Elm"), ("a2", "Mine", "14 Elm"), ("a3", "", " "), ("a4", "", "{16} Elm")]
    sheet = renamer.sheet(rows, headings=("order_id", "new_name", "Street Address"))
    ran = await renamer.apply(sheet, "--name-template", "{street_address} – {n:02} ({current_name})", "--json")
    assert ran.results == ["renamed", "renamed", "invalid", "renamed"]
    assert ran.rows[2]["reason"] == 'The new name can\'t be made: the column "street_address" is blank.'
    assert list(renamer.names.values()) == ["12 Elm – 01 (old)", "Mine", "old", "{16} Elm – 02 (old)"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        pytest.param(
            ("--name-template", "{adress}"),
            'has no column "adress", which --name-template names. Its columns are "order_id", "address".',
            id="unknown column",
        ),
        pytest.param(
            ("--name-template", "{address.upper}"), 'has no column "address.upper"', id="attribute of a column"
        ),
        pytest.param(("--name-template", "{address"), "--name-template has a lone { at place 1", id="no template"),
        pytest.param(
            ("--replace-regex", "(St=x"), "is no valid pattern: missing ) at position 3.", id="no valid pattern"
        ),
        pytest.param(("--replace-regex", r"St=\1"), "can't be used: invalid group reference", id="no such group"),
        pytest.param(
            ("--replace-regex", "(a|aa)+$=x"),
            "The pattern of --replace-regex, (a|aa)+$, takes too long on a name of 5001 characters; nothing was sent.",
            id="explodes",
        ),
        pytest.param(("--replace", "St"), "must be OLD=NEW", id="no replacement"),
        pytest.param(
            ("--replace", "a=b", "--name-template", "{address}"), "give only one of them.", id="two ways at once"
        ),
    ],
)
async def test_wrong_rule_ends_with_a_sentence(renamer: Command, options: tuple[str, ...], said: str) -> None:
    """Nothing is sent, and there is no run that could be resumed."""
    renamer.begin_with({"a1": "a" * 5000 + "!", "a2": "12 Elm"})
    sheet = renamer.sheet([("a1", "1"), ("a2", "2")], headings=("order_id", "address"))
    ran = await renamer.apply(sheet, *options)
    assert ran.code == 2
    assert said in ran.err + ran.out
    assert renamer.patched == []
    assert "resume" not in ran.out


async def test_kept_plan_takes_no_rule(renamer: Command) -> None:
    """It has its names already, so that a rule would be ignored."""
    ran = await renamer.do("apply", "--plan", "latest", "--replace", "a=b")
    assert ran.code == 2
    assert "has its new names already; leave --replace out" in ran.err


async def test_check_does_not_know_the_names_that_are_made_later(renamer: Command) -> None:
    """Offline the current names are unknown: the row is ready, and its new name blank."""
    ran = await renamer.check(orders(renamer, *ELM), "--replace", "Elm=Ash", "--json")
    assert (ran.code, ran.results) == (0, ["planned"] * 3)
    assert {row["new_name"] for row in ran.rows} == {""}


HOUSE = """
[names]
longest = 12
forbidden = ["test"]
pattern = '\\d+ .+'
"""


@pytest.mark.parametrize("command", ["check", "apply"])
async def test_house_rules_are_for_typed_names(renamer: Command, command: str) -> None:
    """They are known without the API, so check finds them, too."""
    config = renamer.folder / "house.toml"
    config.write_text(HOUSE, encoding="utf-8")
    rows = renamer.seed(4)
    typed = ["12 Elm Street", "12 Test", "Elm 12", "12 Elm"]
    sheet = renamer.sheet([(order_id, name) for (order_id, _), name in zip(rows, typed, strict=True)])
    ran = await renamer.do(command, sheet, "--config", config, "--json")
    assert ran.results == ["invalid"] * 3 + ["planned" if command == "check" else "renamed"]
    assert "longest = 12" in ran.rows[0]["reason"]
    assert '"Test"' in ran.rows[1]["reason"]
    assert r"pattern = \d+ .+" in ran.rows[2]["reason"]


async def test_house_rules_are_for_made_names(renamer: Command) -> None:
    """A row whose name breaks a rule is invalid; its order keeps its name."""
    config = renamer.folder / "house.toml"
    config.write_text(HOUSE, encoding="utf-8")
    sheet = orders(renamer, "12 Elm", "14 Elm Str")
    ran = await renamer.apply(sheet, "--replace", "Elm=Linden", "--config", config, "--json")
    assert ran.results == ["renamed", "invalid"]
    assert (ran.rows[1]["old_name"], ran.rows[1]["new_name"]) == ("14 Elm Str", "14 Linden Str")


async def test_wrong_house_rule_is_refused(renamer: Command) -> None:
    """The file, the rule and the place in the pattern are named."""
    config = renamer.folder / "house.toml"
    config.write_text("[names]\npattern = '(x'\n", encoding="utf-8")
    ran = await renamer.check(renamer.sheet(renamer.seed(1)), "--config", config)
    assert ran.code == 2
    assert f"names in {config}: pattern is no valid pattern: missing ) at position 2." in " ".join(ran.err.split())


async def test_dates_are_taken_as_the_workbook_shows_them(renamer: Command) -> None:
    """Where their format looks the same everywhere; else the row is invalid, with the way to repair it."""
    renamer.begin_with({f"a{number}": "old" for number in range(1, 5)})
    path = renamer.folder / "orders.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["order_id", "Shot on"])
        for row, code in enumerate(["yyyy-mm-dd", "d.m.yy hh:mm", "d mmm yyyy", "m/d/yy"], start=1):
            sheet.write_string(row, 0, f"a{row}")
            moment = datetime.datetime(2024, 5, 1, 9, 30)  # noqa: DTZ001 - as in a sheet
            sheet.write_datetime(row, 1, moment, book.add_format({"num_format": code}))
    ran = await renamer.apply(path, "--name-template", "Elm {shot on}", "--max-failures", "100%", "--json")
    assert ran.results == ["renamed", "renamed", "invalid", "invalid"]
    assert list(renamer.names.values()) == ["Elm 2024-05-01", "Elm 1.5.24 09:30", "old", "old"]
    assert ran.rows[2]["reason"].startswith(
        'The cell in the column "Shot on" is a date or time: format the column as Text'
    )
