"""The sandbox's store: orders, pages, the names ever given, and the file that outlives it."""

from __future__ import annotations

import stat
import sys
from collections.abc import Iterator
from contextlib import closing
from itertools import chain
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batch_renamer.errors import SettingsError
from batch_renamer.sandbox import NamedBy, NameGiven, OrderStore


def walk(store: OrderStore, size: int, *, newest_first: bool = True) -> Iterator[list[str]]:
    """Go through the pages, each as its order ids."""
    start_seq = None
    while True:
        page = store.page(size=size, start_seq=start_seq, sort="-date" if newest_first else "date")
        yield [order.order_id for order in page.orders]
        start_seq = page.next_seq
        if start_seq is None:
            return


@given(st.integers(0, 30), st.sets(st.integers(0, 29)), st.integers(1, 7), st.booleans())
def test_pages_hold_every_order_once(count: int, deleted: set[int], size: int, newest_first: bool) -> None:
    """Whatever was deleted, the pages are the orders in their order, and none but the last is short."""
    store = OrderStore()
    store.seed_many((str(number), None) for number in range(count))
    for number in deleted:
        store.delete(str(number))
    left = [str(number) for number in range(count) if number not in deleted]
    pages = list(walk(store, size, newest_first=newest_first))
    assert list(chain.from_iterable(pages)) == (left[::-1] if newest_first else left)
    assert all(len(page) == size for page in pages[:-1])
    assert pages[-1] or not left


def test_orders_created_meanwhile_shift_no_page() -> None:
    """Someone who reads the list newest first sees what was there at the start, once."""
    store = OrderStore()
    store.seed_many((str(number), None) for number in range(10))
    seen = []
    for page in walk(store, 3):
        seen += page
        store.create("new")
    assert seen == [str(number) for number in reversed(range(10))]


@pytest.mark.parametrize("newest_first", [True, False])
@pytest.mark.parametrize("start_seq", [-5, 10**15])
def test_a_page_from_nowhere_is_harmless(start_seq: int, newest_first: bool) -> None:
    """A token from before a reset may point anywhere."""
    store = OrderStore()
    store.seed("a1", None)
    page = store.page(size=5, start_seq=start_seq, sort="-date" if newest_first else "date")
    assert [order.order_id for order in page.orders] in ([], ["a1"])


def test_every_name_ever_given_is_known() -> None:
    """The history tells names asked for from those that a fault made, and outlives the order."""
    store = OrderStore()
    store.seed("a1", "seeded")
    store.rename("a1", "wanted")
    store.rename("a1", "unwanted", by=NamedBy.FAULT)
    store.delete("a1")
    given_names = (
        NameGiven(name="seeded", by=NamedBy.SEED),
        NameGiven(name="wanted", by=NamedBy.RENAME),
        NameGiven(name="unwanted", by=NamedBy.FAULT),
    )
    assert store.history("a1") == given_names


def test_renaming_moves_the_time_of_the_last_update_alone() -> None:
    """The server notes when the name changed, in UTC, and nothing else changes."""
    now = [0.0]
    store = OrderStore(wall_clock=lambda: now[0])
    before = store.seed("a1", "old", status="error", images=2, is_merging=None)
    now[0] = 60.0
    after = store.rename("a1", "new")
    assert after is not None
    assert (after.name, after.last_updated_at) == ("new", "1970-01-01T00:01:00+00:00")
    assert (after.status, after.total_images, after.is_merging, after.created_at, after.seq) == (
        "error",
        2,
        None,
        before.created_at,
        before.seq,
    )


def test_what_is_not_there_can_not_be_renamed_or_deleted() -> None:
    """A missing order stays missing; one marked as deleted keeps its name."""
    store = OrderStore()
    store.seed("gone", "old", is_deleted=True)
    assert store.rename("never", "x") is None
    assert store.rename("gone", "x") is None
    assert not store.delete("never")
    assert store.names() == {"gone": "old"}


def test_an_id_can_be_created_once() -> None:
    """Creating a taken id gives nothing and changes nothing; a made-up id is new."""
    store = OrderStore()
    assert store.create("first", order_id="a1") is not None
    assert store.create("second", order_id="a1") is None
    made_up = store.create()
    assert made_up is not None
    assert store.names() == {"a1": "first", made_up.order_id: None}


def test_seeding_again_replaces_in_place() -> None:
    """The order keeps its place in the list, and there is still one of it."""
    store = OrderStore()
    store.seed_many([("a1", "x"), ("b2", "y"), ("a1", "z")])
    store.seed("a1", "again")
    assert [(order.order_id, order.name) for order in store] == [("a1", "again"), ("b2", "y")]


def test_seeding_can_keep_what_is_there() -> None:
    """Practice goes on with the names of last time; only missing orders are made."""
    store = OrderStore()
    store.seed("a1", "renamed")
    assert store.seed_many([("a1", "x"), ("b2", "y"), ("b2", "z")], keep_existing=True) == 1
    assert store.names() == {"a1": "renamed", "b2": "y"}


def test_a_file_brings_everything_back(tmp_path: Path) -> None:
    """What one process wrote the next one reads: fields, order, and room for deleted orders."""
    path = tmp_path / "orders.sqlite"
    with closing(OrderStore(path=path, images=4)) as store:
        store.seed_many([("a1", "x"), ("gone", "y"), ("山 5", None)])
        store.seed("odd", "=1+1", status=None, is_processing=True, is_merging=None, images=7)
        store.rename("a1", "Straße 5 · 山")
        store.delete("gone")
        written = list(store)
    with closing(OrderStore(path=path)) as store:
        assert list(store) == written
        assert store.create("later", order_id="gone") is not None
        assert [order.order_id for order in store] == ["a1", "山 5", "odd", "gone"]


def test_a_reset_forgets_everything() -> None:
    """Orders and names are gone, and an id is free again."""
    store = OrderStore()
    store.seed("a1", "x")
    store.reset()
    assert "a1" not in store
    assert store.create("y", order_id="a1") is not None
    assert [given_name.name for given_name in store.history("a1")] == ["y"]


def test_a_reset_empties_the_file_too(tmp_path: Path) -> None:
    """After a reset there is nothing, now and next time."""
    path = tmp_path / "orders.sqlite"
    with closing(OrderStore(path=path)) as store:
        store.seed("a1", "x")
        store.reset()
        assert (len(store), store.history("a1")) == (0, ())
    with closing(OrderStore(path=path)) as store:
        assert len(store) == 0


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no permission bits")
def test_the_file_is_its_owners_alone(tmp_path: Path) -> None:
    """Names of real orders may be practised with: no other user may read them, nor the journal beside them."""
    with closing(OrderStore(path=tmp_path / "orders.sqlite")) as store:
        store.seed("a1", "x")
        modes = {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    assert modes == {0o600}


def test_a_file_in_use_is_refused(tmp_path: Path) -> None:
    """Two sandboxes on one file would overwrite each other: the second is told so."""
    path = tmp_path / "orders.sqlite"
    with closing(OrderStore(path=path)), pytest.raises(SettingsError, match=r"orders\.sqlite.*another sandbox"):
        OrderStore(path=path)


@pytest.mark.parametrize("content", [b"not a database, but long enough to be one" * 100, None], ids=["junk", "folder"])
def test_a_file_that_is_none_is_refused(tmp_path: Path, content: bytes | None) -> None:
    """Junk or a folder in its place is one clear sentence with the way out."""
    path = tmp_path / "orders.sqlite"
    if content is None:
        path.mkdir()
    else:
        path.write_bytes(content)
    with pytest.raises(SettingsError, match="delete the file to start over"):
        OrderStore(path=path)


def test_a_refused_write_changes_nothing_in_memory(tmp_path: Path) -> None:
    """Memory and file never tell different stories."""
    store = OrderStore(path=tmp_path / "orders.sqlite")
    store.seed("a1", "old")
    store.close()
    with pytest.raises(SettingsError):
        store.rename("a1", "new")
    assert store.names() == {"a1": "old"}


def test_uuid_is_found_in_any_case_and_kept_in_lower_case() -> None:
    """As the API does; an id that a customer has chosen is another one in another case."""
    store, upper = OrderStore(), "3F2504E0-4F89-41D3-9A0C-00000000000A"
    store.seed_many([(upper, "old"), (upper.lower(), "older"), ("A1", "other")], keep_existing=True)
    assert store.rename(upper, "new") == store.get(upper.lower())
    assert store.names() == {upper.lower(): "new", "A1": "other"}
    assert [given.name for given in store.history(upper)] == ["old", "new"]
    assert (upper in store, "a1" in store, store.create(order_id=upper)) == (True, False, None)
    assert store.delete(upper)
    assert upper.lower() not in store
