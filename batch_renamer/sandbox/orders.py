"""The sandbox's orders: seeded, created, renamed and deleted; read singly, by pages, or by every name ever given.

All of it is in memory; with a `path` each write goes to a SQLite file as well, so that the orders outlive the process.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from itertools import count, islice
from pathlib import Path

from batch_renamer.sandbox.orderfile import OrderFile
from batch_renamer.sandbox.storedorder import StoredOrder
from batch_renamer.text import order_key

__all__ = ["NameGiven", "NamedBy", "OrderStore", "Page"]


class NamedBy(StrEnum):
    """Who gave an order a name.

    Example:
        >>> f"{NamedBy.RENAME}"
        'rename'
    """

    SEED = "seed"
    CREATE = "create"
    RENAME = "rename"
    FAULT = "fault"


@dataclass(frozen=True, slots=True, kw_only=True)
class NameGiven:
    """A name that an order once had, who gave it, and when (seconds since the epoch; ignored in comparisons)."""

    name: str | None
    by: NamedBy
    at: float = field(default=0.0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page of orders; ``next_seq`` is the order that the next page begins with, ``None`` after the last."""

    orders: tuple[StoredOrder, ...]
    next_seq: int | None


class OrderStore:
    """Keeps orders by id and in the order they were made; UUIDs are found in any case, and kept in lower case.

    ``path`` is a SQLite file (made 0600 if missing) that is loaded now and written through; ``images`` is how many
    images an order has unless its seed says otherwise; ``wall_clock`` gives seconds since the epoch.

    Raises:
        SettingsError: the file can't be read or written, or another process has it open.

    Example:
        >>> store = OrderStore()
        >>> store.seed("a1", "12 Elm St").name
        '12 Elm St'
    """

    def __init__(
        self, *, path: Path | None = None, images: int = 0, wall_clock: Callable[[], float] = time.time
    ) -> None:
        """Load what the file holds, if there is one."""
        self._images = images
        self._wall_clock = wall_clock
        self._file = OrderFile(path) if path is not None else None
        self._by_id: dict[str, StoredOrder] = {}
        # A deleted order leaves a gap, so that no seq ever changes and a page token stays valid.
        self._by_seq: list[StoredOrder | None] = []
        self._names: dict[str, list[NameGiven]] = {}
        self._seqs_by_name: list[int] | None = None
        for order in self._file.load() if self._file is not None else ():
            self._by_seq.extend([None] * (order.seq - len(self._by_seq)))
            self._keep(order, NamedBy.SEED)

    def seed(
        self,
        order_id: str,
        name: str | None,
        *,
        status: str | None = "processed",
        is_processing: bool | None = False,
        is_merging: bool | None = False,
        is_deleted: bool | None = False,
        images: int | None = None,
    ) -> StoredOrder:
        """Put an order in place as it stands, over any that has this id; return it."""
        order = replace(
            self._new(order_id, name, images=images),
            status=status,
            is_processing=is_processing,
            is_merging=is_merging,
            is_deleted=is_deleted,
        )
        return self._write(order, NamedBy.SEED)

    def seed_many(self, orders: Iterable[tuple[str, str | None]], *, keep_existing: bool = False) -> int:
        """Seed (id, name) pairs in one transaction; return how many were written.

        With ``keep_existing`` an order that is already there keeps its name. A repeated id counts once: the first
        pair wins then, otherwise the last.
        """
        wanted: dict[str, str | None] = {}
        for order_id, name in ((order_key(order_id), name) for order_id, name in orders):
            if keep_existing and (order_id in self._by_id or order_id in wanted):
                continue
            wanted[order_id] = name
        fresh = count(len(self._by_seq))
        made = [
            self._new(order_id, name, seq=next(fresh) if order_id not in self._by_id else None)
            for order_id, name in wanted.items()
        ]
        if self._file is not None:
            self._file.save(made)
        for order in made:
            self._keep(order, NamedBy.SEED)
        return len(made)

    def seed_practice(self, count: int) -> None:
        """Seed so many orders to practise on, with the ids order-0001, order-0002 and so on."""
        self.seed_many((f"order-{number:04d}", f"Practice order {number}") for number in range(1, count + 1))

    def create(self, name: str | None = None, *, order_id: str | None = None) -> StoredOrder | None:
        """Make a new order, its id made up unless given; ``None`` if the id is taken."""
        order_id = str(uuid.uuid4()) if order_id is None else order_key(order_id)
        if order_id in self._by_id:
            return None
        return self._write(replace(self._new(order_id, name), status="waiting"), NamedBy.CREATE)

    def get(self, order_id: str) -> StoredOrder | None:
        """Return the order with this id, if there is one."""
        return self._by_id.get(order_key(order_id))

    def rename(self, order_id: str, name: str, *, by: NamedBy = NamedBy.RENAME) -> StoredOrder | None:
        """Give an order a name; return the order as it is now, ``None`` if there is none (or it is marked deleted)."""
        order = self.get(order_id)
        if order is None or order.is_deleted:
            return None
        return self._write(replace(order, name=name, last_updated_at=self._now()), by)

    def delete(self, order_id: str) -> bool:
        """Remove an order for good; return whether there was one. Its names stay in `history`."""
        order = self.get(order_id)
        if order is None:
            return False
        if self._file is not None:
            self._file.delete(order.seq)
        del self._by_id[order_key(order.order_id)]
        self._by_seq[order.seq] = None
        self._seqs_by_name = None
        return True

    def page(
        self,
        *,
        size: int,
        start_seq: int | None = None,
        sort: str = "-date",
        wanted: Callable[[StoredOrder], bool] | None = None,
    ) -> Page:
        """Return up to ``size`` orders from ``start_seq`` on; orders created meanwhile shift nothing.

        ``sort`` is ``name``, ``date``, or one of them after a minus; ``wanted`` chooses the orders.
        """
        seqs = self._seqs_from(start_seq, sort)
        found = (order for seq in seqs if (order := self._by_seq[seq]) is not None and (not wanted or wanted(order)))
        orders = tuple(islice(found, size + 1))
        following = orders[size].seq if len(orders) > size else None
        return Page(orders=orders[:size], next_seq=following)

    def _seqs_from(self, start_seq: int | None, sort: str) -> Sequence[int]:
        last = len(self._by_seq) - 1
        if sort.endswith("date"):
            if sort == "-date":
                return range(last if start_seq is None else min(start_seq, last), -1, -1)
            return range(max(start_seq or 0, 0), last + 1)
        if self._seqs_by_name is None:
            named = sorted(((order.name or "").casefold(), order.seq) for order in self)
            self._seqs_by_name = [seq for _, seq in named]
        seqs = self._seqs_by_name if sort == "name" else self._seqs_by_name[::-1]
        return seqs if start_seq is None or start_seq not in seqs else seqs[seqs.index(start_seq) :]

    def as_it_was(self, order: StoredOrder, *, seconds_ago: float) -> StoredOrder:
        """Return an order with the name that it had so long ago, or with its first one."""
        moment, names = self._wall_clock() - seconds_ago, self.history(order.order_id)
        name = next((given.name for given in reversed(names) if given.at <= moment), names[0].name)
        return replace(order, name=name)

    def names(self) -> dict[str, str | None]:
        """Return the name of every order by its id."""
        return {order_id: order.name for order_id, order in self._by_id.items()}

    def history(self, order_id: str) -> tuple[NameGiven, ...]:
        """Return every name the order was ever given in this process, oldest first."""
        return tuple(self._names.get(order_key(order_id), ()))

    def reset(self) -> None:
        """Forget every order and every name."""
        if self._file is not None:
            self._file.clear()
        self._by_id.clear()
        self._by_seq.clear()
        self._names.clear()
        self._seqs_by_name = None

    def close(self) -> None:
        """Close the file, if there is one; the store is not to be used afterwards."""
        if self._file is not None:
            self._file.close()

    def __len__(self) -> int:
        """Return the number of orders."""
        return len(self._by_id)

    def __contains__(self, order_id: object) -> bool:
        """Return whether there is an order with this id."""
        return isinstance(order_id, str) and order_key(order_id) in self._by_id

    def __iter__(self) -> Iterator[StoredOrder]:
        """Go through the orders, the first made first."""
        return (order for order in self._by_seq if order is not None)

    def _new(
        self, order_id: str, name: str | None, *, seq: int | None = None, images: int | None = None
    ) -> StoredOrder:
        """Describe an order made now, in the place of the one that has its id, else at ``seq`` or at the end."""
        now = self._now()
        there = self.get(order_id)
        if there is not None:
            seq = there.seq
        return StoredOrder(
            seq=len(self._by_seq) if seq is None else seq,
            order_id=order_key(order_id),
            name=name,
            total_images=self._images if images is None else images,
            created_at=now,
            last_updated_at=now,
        )

    def _write(self, order: StoredOrder, by: NamedBy) -> StoredOrder:
        if self._file is not None:  # the file first: what it refuses is not in memory either
            self._file.save([order])
        self._keep(order, by)
        return order

    def _keep(self, order: StoredOrder, by: NamedBy) -> None:
        if order.seq == len(self._by_seq):
            self._by_seq.append(order)
        else:
            self._by_seq[order.seq] = order
        self._seqs_by_name = None
        key = order_key(order.order_id)
        self._by_id[key] = order
        self._names.setdefault(key, []).append(NameGiven(name=order.name, by=by, at=self._wall_clock()))

    def _now(self) -> str:
        return datetime.fromtimestamp(self._wall_clock(), UTC).isoformat()
