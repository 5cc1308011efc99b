"""Past runs as a page shows them: by order, spreadsheet and account, a few at a time."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from batch_renamer.journal import Journal, NewRun, RunFilter, RunRecord
from batch_renamer.model import Order, Outcome, RenameRequest, Result

OFFICE, OTHER = ("https://api.example.com", "office"), ("https://api.example.com", None)


@pytest.fixture
def journal() -> Iterator[Journal]:
    """Return a journal in memory."""
    with Journal.temporary() as journal:
        yield journal


def begun(
    journal: Journal, sheet: str | None, *orders: tuple[str, str], account: tuple[str, str | None] = OFFICE
) -> RunRecord:
    """Begin a run of a spreadsheet with these order ids and new names."""
    base_url, profile = account
    run = journal.runs.begin(
        NewRun(command="apply", base_url=base_url, account=str(profile), profile=profile, sheet=sheet)
    )
    journal.rows.add(
        run, [RenameRequest(row=row, order_id=order, new_name=name) for row, (order, name) in enumerate(orders, 2)]
    )
    return run


def found(journal: Journal, wanted: RunFilter, *, offset: int = 0, limit: int = 50) -> list[str]:
    """Return the ids of the runs that are found."""
    return [run.id for run in journal.run_search.find(wanted, offset=offset, limit=limit).runs]


def test_the_newest_come_first_a_few_at_a_time(journal: Journal) -> None:
    """Each page tells whether there are further runs."""
    runs = [begun(journal, f"/in/{number}.csv", ("a1", "x")).id for number in range(5)]
    first = journal.run_search.find(limit=3)
    assert [run.id for run in first.runs] == runs[:1:-1]
    assert first.has_more
    rest = journal.run_search.find(offset=3, limit=3)
    assert [run.id for run in rest.runs] == runs[1::-1]
    assert not rest.has_more


def test_an_order_is_found_by_its_id(journal: Journal) -> None:
    """Not every run whose ids merely have this text; a UUID is found in any case."""
    uuid = "0a1b2c3d-0000-4000-8000-00000000000f"
    one, _ = begun(journal, None, ("a1", "x"), (uuid, "y")), begun(journal, None, ("a12", "x"))
    assert found(journal, RunFilter(order=" a1 ")) == [one.id]
    assert found(journal, RunFilter(order=uuid.upper())) == [one.id]
    assert journal.run_search.find(RunFilter(order="a1")).order_id == "a1"


def test_a_page_after_the_last_one_with_an_order_is_empty(journal: Journal) -> None:
    """It does not show runs that merely have the text in a name."""
    begun(journal, None, ("x9", "a1"))
    begun(journal, None, ("a1", "x"))
    assert found(journal, RunFilter(order="a1"), offset=50) == []


def test_an_order_is_found_by_every_name_that_it_had(journal: Journal) -> None:
    """In any case: the old name, the new one, and the one that it was left with."""
    run = begun(journal, None, ("a1", "12 Élm Street"))
    order = Order(order_id="a1", name="OLD NAME")
    outcome = Outcome(row=2, result=Result.RENAMED, old_name="Old name", final_name="Final name", order=order)
    journal.rows.record(run, [outcome])
    begun(journal, None, ("b1", "another"))
    for text in ("élm", "ÉLM STREET", "old n", "final"):
        assert found(journal, RunFilter(order=text)) == [run.id]
    assert found(journal, RunFilter(order="2")) == [run.id], "12 is in the name; 2 is also the number of every row"
    assert found(journal, RunFilter(order="elsewhere")) == []


@pytest.mark.parametrize(
    ("text", "count"), [("HOUSES", 2), ("häuser", 1), ("in", 0), ("/in/", 3), ("a.b%_", 0)], ids=str
)
def test_a_spreadsheet_is_found_by_a_part_of_its_name(journal: Journal, text: str, count: int) -> None:
    """In any case; a text with a slash is looked for in the whole path."""
    for sheet in ("/in/Houses.xlsx", "/in/houses 2.xlsx", "/in/HÄUSER.csv", None):
        begun(journal, sheet, ("a1", "x"))
    assert len(found(journal, RunFilter(sheet=text))) == count


def test_runs_of_one_account_are_found(journal: Journal) -> None:
    """The account without a profile is one of its own; all conditions hold together."""
    office, other = begun(journal, "/in/a.csv", ("a1", "x")), begun(journal, "/in/a.csv", ("a1", "x"), account=OTHER)
    assert found(journal, RunFilter(account=OFFICE)) == [office.id]
    assert found(journal, RunFilter(account=OTHER, sheet="a.csv", order="a1")) == [other.id]
    assert found(journal, RunFilter(account=OTHER, sheet="b.csv")) == []


def test_rows_with_a_picture_are_known(journal: Journal) -> None:
    """The image's id belongs to the row; a row without one has none."""
    run = begun(journal, None, ("a1", "x"), ("a2", "y"))
    order = Order(order_id="a1", name="x", first_image="i1")
    journal.rows.record(run, [Outcome(row=2, result=Result.UNCHANGED, order=order)])
    assert journal.results.with_images(run, [2, 3]) == {2}
    assert journal.results.image_of(run, 2) == "i1"
    assert journal.results.image_of(run, 3) is None
    assert journal.results.image_of(run, 99) is None
