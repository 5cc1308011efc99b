"""The stage that finds orders by their names: rows without an id enter, rows with their orders or a reason leave.

The account's list is read from its first page to its last, because a name is known to be the only one of its kind only
then. If it can't be read to its end, no row gets an order.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import aclosing

from batch_renamer.client import ListQuery, OrderList, ReadPage
from batch_renamer.errors import ApiUnavailableError
from batch_renamer.jobs.api_session import ApiSession
from batch_renamer.jobs.run import Run
from batch_renamer.jobs.stages.tally import log_bad_row
from batch_renamer.journal import DoneBefore
from batch_renamer.model import HERE, Found, Missing, Order, Result
from batch_renamer.planning import NameMatcher
from batch_renamer.text import order_key
from batch_renamer.visible import visible

__all__ = ["match_orders"]

_NO_ORDER = "No order of the account has this current name: correct it, or give the order id."
_SEVERAL = "Several orders of the account have this current name: give the order id."
_GIVEN = (
    "The order with this current name got it by another row of this spreadsheet, in an earlier run: give the id of the "
    "order that is meant, or use --again."
)
_MOST_NAMED = 3


async def match_orders(run: Run, api: ApiSession) -> None:
    """Find the order of each row that gives a current name and no id."""
    if run.declined:
        return
    journal, record = run.job.journal, run.record
    names = await journal.in_thread(journal.matches.unmatched, record)
    if not names:
        return
    skipped = await journal.in_thread(journal.matches.skipped, record)
    matcher = NameMatcher({*names.values(), *skipped.values()})
    await _Reading(run, api, matcher).read()
    again = run.job.settings.again
    before = await journal.in_thread(journal.matches.done_before, record)
    candidates = {row: _candidates(matcher, name, before, again=again) for row, name in names.items()}
    found = {row: order_ids[0] for row, order_ids in candidates.items() if len(order_ids) == 1}
    without_order = [row for row, order_ids in candidates.items() if not order_ids]
    found |= {row: before.orders[row] for row in without_order if row in before.orders}
    found |= {row: ids[0] for row, name in skipped.items() if len(ids := matcher.found(name)) == 1}
    problems = {
        row: _reason(matcher, names[row], order_ids) for row, order_ids in candidates.items() if row not in found
    }
    await journal.in_thread(journal.matches.settle, record, found, problems, renames_again=again)
    for row, reason in problems.items():
        log_bad_row(row, "", Result.INVALID, reason)


class _Reading:
    """The reading of the whole list, whose orders go to the matcher."""

    def __init__(self, run: Run, api: ApiSession, matcher: NameMatcher) -> None:
        self._run, self._gateway, self._matcher = run, api.gateway, matcher
        self._list = OrderList(
            gateway=api.gateway,
            query=ListQuery(),
            patience_s=run.job.settings.patience,
            stop=run.stop,
            notify=run.context.tell,
        )
        self._listed = 0

    async def read(self) -> None:
        """Read the list to its end, and what has come to its beginning meanwhile.

        Raises:
            ApiUnavailableError: it could not be read whole.
            Stopping, KeyRefusedError, CertificateError: the run is over.
        """
        self._run.job.progress.stage("Finding the orders by their names in the list of orders", None)
        first = await self._take_until(frozenset())
        if first:
            await self._take_until(first)

    async def _take_until(self, known: frozenset[str]) -> frozenset[str]:
        """Take page after page, to the end or to the first page with a known order; return what the first page has."""
        first: frozenset[str] | None = None
        async with aclosing(self._list.pages()) as pages:
            async for page in pages:
                keys = frozenset(order_key(order_id) for order_id in _ids_on(page))
                first = keys if first is None else first
                self._matcher.add([*page.orders, *await self._read_singly(page.unread)])
                if keys & known:
                    break
                self._listed += len(page.orders) + len(page.unread)
                self._run.job.progress.advance(self._listed)
        return first or frozenset()

    async def _read_singly(self, order_ids: Iterable[str]) -> Sequence[Order]:
        """Read orders that the list shows without their names."""
        orders = []
        for order_id in order_ids:
            reading = await self._gateway.read(order_id) if order_id else None
            if isinstance(reading, Found):
                orders.append(reading.order)
            elif not isinstance(reading, Missing):
                raise ApiUnavailableError(
                    "The list has an order whose name can't be read, so no name is known to be the only one of its "
                    "kind. Nothing was sent; give order ids, or try again later."
                )
        return orders


def _ids_on(page: ReadPage) -> list[str]:
    return [*(order.order_id for order in page.orders), *page.unread]


def _candidates(matcher: NameMatcher, name: str, before: DoneBefore, *, again: bool) -> list[str]:
    """Return the orders that have a name, without those that got it when one of these rows was carried out before."""
    order_ids = matcher.found(name)
    if again or len(order_ids) > _MOST_NAMED:
        return order_ids  # there may be more of them
    return [order_id for order_id in order_ids if not before.gave(order_id, name)]


def _reason(matcher: NameMatcher, name: str, order_ids: Sequence[str]) -> str:
    """Return why a row has no order, with up to three orders that may be meant."""
    if order_ids:
        more = " and more" if len(order_ids) > _MOST_NAMED else ""
        return f"{_SEVERAL}{HERE}{', '.join(map(visible, order_ids[:_MOST_NAMED]))}{more}."
    if given := matcher.found(name):
        return f"{_GIVEN}{HERE}{', '.join(map(visible, given))}."
    near = [f'"{visible(one.name)}" ({visible(one.order_id)})' for one in matcher.suggestions(name)]
    nearly = f"; nearly the same: {', '.join(near)}" if near else ""
    return f'{_NO_ORDER}{HERE}"{visible(name)}"{nearly}.'
