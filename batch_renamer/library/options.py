"""The options of the library: checks what a caller gives, and makes `Settings` and a key of it, or one clear error."""

from __future__ import annotations

import difflib
import os
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Literal, TypeAlias, TypedDict

from batch_renamer.errors import SettingsError
from batch_renamer.library.wording import worded_for_callers
from batch_renamer.reports import check_names
from batch_renamer.settings import ApiKey, Settings, resolve_settings

__all__ = [
    "NOT_HERE",
    "AccountOptions",
    "ApiOptions",
    "ApplyOptions",
    "AuditOptions",
    "Options",
    "ResumeOptions",
    "checked_key",
    "keeps_no_journal",
    "names_of",
    "resolved",
]

RowsGiven: TypeAlias = str | int | Collection[int]
"""Numbers of rows: ``"2-40,57"``, one number, or several."""


class ApiOptions(TypedDict, total=False):
    """How requests are sent; `Options` explains each."""

    api_version: str | None
    rate: float | None
    workers: int | None
    attempts: int
    timeout: float
    patience: float


class AuditOptions(ApiOptions, total=False):
    """The options of `Renaming.audit`; `Options` explains each."""

    only: RowsGiven | None
    except_rows: RowsGiven | None
    report: str | Path | list[str | Path]
    order_links: bool
    pictures: bool


class ResumeOptions(AuditOptions, total=False):
    """The options of `Renaming.resume`; `Options` explains each."""

    max_failures: int | str
    wait: float


class ApplyOptions(ResumeOptions, total=False):
    """The options of `Plan.apply` and `Renaming.undo`; `Options` explains each."""

    first: int | None
    max_renames: int | None
    strict: bool


class AccountOptions(ApiOptions, total=False):
    """The options of `open_run` and `open_plan`, where a folder is needed; `Options` explains each."""

    base_url: str
    sandbox: bool
    state_dir: str | Path
    max_failures: int | str
    wait: float


class Options(ApplyOptions, total=False):
    """The options of `plan_orders` and `rename_orders`; the calls that follow take some of them.

    Attributes:
        sandbox: Talk to a local stand-in for the API, in which every order of the DataFrame exists. Its orders and runs
            are kept apart.
        sandbox_reset: Forget the sandbox's orders and runs first.
        match_by: How to find the order of a row: by its id, or, where it has none, by its current name
            ("current-name"), which only one order may have.
        only: Work only on these rows, by their numbers in the outcomes: "2-40,57", or a list such as [2, 57].
        except_rows: Work on all rows but these.
        where: Work only on rows that have these texts in these columns: {"Region": "North"}.
        first: Rename only so many orders, as a trial.
        max_renames: Refuse a plan that renames more.
        strict: Send nothing when any row is bad.
        max_failures: How many rows (5) or which share of them ("5%") may fail before the run stops.
        name_template: How new names are made from columns where the DataFrame has none, such as "{address} - {n:03}".
        replace: Texts of the current names and what takes their place, as "OLD=NEW"; only order ids are needed then.
        replace_regex: The same with regular expressions, as "PATTERN=NEW".
        same_name: What becomes of orders that would have the same name: "warn", "refuse" or "number".
        names: House rules for new names, such as {"longest": 80, "forbidden": ["test"], "pattern": ".+"}.
        again: Rename orders again that an earlier run of the same rows renamed and that got another name since.
        wait: Seconds to wait for another run that renames in the same account.
        report: Files that the report is also written to: .csv, .xlsx, .json or .html.
        order_links: In an .html report, link each order to its page at the vendor.
        pictures: Show a small picture of each order's first photo in an .html report.
        id_column: The label of the column with order ids.
        name_column: The label of the column with new names.
        current_name_column: The label of the column with the names expected before; "none": no such column.
        blank_new_name: What a row without a new name is: "skip", its order is left as it is, or "invalid".
        state_dir: The folder of the journal; without it the user's own, which the command line has as well. None keeps
            no journal of a run that came to its end.
        base_url: Where the API is: https, or http on this machine.
        api_version: The value of ``x-api-version``.
        rate: Requests per second at most, reads and retries included; without it as fast as the API allows.
        workers: Requests under way at once.
        attempts: Tries of one request whose answer was not 429.
        timeout: Seconds that one try may take.
        patience: Seconds to wait for an API that gives no good answer at all.
    """

    base_url: str
    sandbox: bool
    sandbox_reset: bool
    state_dir: str | Path | None
    id_column: str | None
    name_column: str | None
    current_name_column: str | None
    blank_new_name: str
    match_by: Literal["id", "current-name"]
    where: Mapping[str, str | list[str]] | str | list[str]
    name_template: str | None
    replace: str | list[str]
    replace_regex: str | list[str]
    same_name: Literal["warn", "refuse", "number"]
    names: Mapping[str, object]
    again: bool


NOT_HERE: Mapping[str, str] = {
    "dry_run": "plan_orders() plans, and undo(dry_run=True) shows what would be put back",
    "config": "configuration files are not read here; give the options themselves",
    "profile": "configuration files are not read here; give the options themselves",
    "log_file": 'add a handler to logging.getLogger("batch_renamer") instead',
    **dict.fromkeys(
        ("engine", "scheduler", "limit_per"),
        "Dask's workers would run the caller's program again; use the command",
    ),
    "no_progress": "give progress=True to see progress",
    **dict.fromkeys(("sheet", "encoding", "delimiter", "hidden_rows"), "a DataFrame has been read already"),
    "write_back": "a DataFrame is no file; the results are in outcomes",
    **dict.fromkeys(("json", "no_pager", "quiet", "verbose", "yes"), "nothing is printed or asked here"),
}
"""Options of the command line that mean nothing here, and why."""


def names_of(options: type) -> frozenset[str]:
    """Return the names of options.

    Example:
        >>> "report" in names_of(AuditOptions), "yes" in names_of(AuditOptions)
        (True, False)
    """
    return frozenset(options.__annotations__)


def resolved(given: Mapping[str, object], *, known: Collection[str]) -> Settings:
    """Return the settings that options make; ``known`` are the names of those that the call takes.

    Of the environment only the platform's folder counts, which is that of the command line.

    Raises:
        SettingsError: an option is wrong or not known here.
        ReportTargetError: a report could never be written.
    """
    for name in given:
        if name in known:
            continue
        if name in NOT_HERE:
            raise SettingsError(f"{name} is no option here: {NOT_HERE[name]}.")
        near = difflib.get_close_matches(name, known, n=1)
        raise SettingsError(f"There is no option {name} here." + (f" Did you mean {near[0]}?" if near else ""))
    platform = {name: value for name, value in os.environ.items() if name == "XDG_STATE_HOME"}
    with worded_for_callers():
        settings = resolve_settings(given, environ=platform, as_arguments=True)
        check_names(settings.report)
    return settings


def keeps_no_journal(given: Mapping[str, object]) -> bool:
    """Tell whether the caller has said that no journal is to be kept.

    Example:
        >>> keeps_no_journal({"state_dir": None}), keeps_no_journal({})
        (True, False)
    """
    return "state_dir" in given and given["state_dir"] is None


def checked_key(api_key: object) -> ApiKey:
    """Return the key.

    Raises:
        SettingsError: it is missing or can't be one; the text doesn't show it.
    """
    if api_key is None:
        raise SettingsError("api_key is missing; give it, or sandbox=True to practise.")
    if not isinstance(api_key, str):
        raise SettingsError(f"api_key must be a text (str), not {type(api_key).__name__}.")
    try:
        return ApiKey(api_key)
    except ValueError as error:
        raise SettingsError(f"api_key {error}.") from None
