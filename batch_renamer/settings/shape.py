"""The frozen `Settings` with a check for every field, and their description in words."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import Annotated, Literal, NamedTuple

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, PlainValidator
from pydantic.dataclasses import dataclass

from batch_renamer.commands import flag_of
from batch_renamer.model import ColumnText, RowNumbers
from batch_renamer.settings import values
from batch_renamer.settings.address import VENDOR_URL, check_base_url, check_scheduler
from batch_renamer.settings.naming import (
    NameRules,
    Replacement,
    parse_name_rules,
    parse_regex_replacements,
    parse_replacements,
)
from batch_renamer.settings.nightly import NightlySettings
from batch_renamer.settings.wording import as_typed

__all__ = ["DEFAULT", "DescribedSetting", "Settings", "as_given", "describe"]

_STANDARD_OUTPUT = "-"

DEFAULT = "default"
"""The source of a value that was not given."""

_HOUR_S = 3_600
_WEEK_S = 604_800

_Text = Annotated[str, AfterValidator(values.check_not_blank)]
_Heading = Annotated[str, BeforeValidator(values.check_column), AfterValidator(values.check_not_blank)]
_File = Annotated[Path, BeforeValidator(values.expand_path), AfterValidator(values.make_absolute)]
_Count = Annotated[int, BeforeValidator(values.refuse_bool)]
_Rows = Annotated[RowNumbers, PlainValidator(RowNumbers.parse)]
_Number = Annotated[float, BeforeValidator(values.refuse_bool), Field(allow_inf_nan=False)]


@dataclass(frozen=True, slots=True, kw_only=True, config=ConfigDict(extra="forbid", hide_input_in_errors=True))
class Settings:
    """All settings of one command, checked. `resolve_settings` makes it.

    Attributes:
        profile: The profile (account) that was chosen from the configuration file.
        config: The configuration file, named or found at its usual place.
        base_url: Where the API is: https, or http on this machine; without a trailing slash.
        api_version: The value of the header ``x-api-version``; None: the header is not sent.
        sandbox: Talk to a local stand-in; the real key is never read.
        sandbox_reset: Delete the orders and runs that the sandbox has from earlier commands.
        rate: Requests per second at most, reads and retries included; None: as fast as the API allows.
        workers: Requests under way at once; None: as many as the API's speed calls for.
        attempts: Tries of one request whose answer was not 429.
        timeout: Seconds that one try may take.
        patience: Seconds to wait for an API that gives no good answer at all.
        engine: ``local``: this process sends the renames; ``dask``: the workers of a Dask cluster do.
        scheduler: The address of the cluster's scheduler; None: workers are started on this machine.
        limit_per: ``account``: all workers of a cluster share one limit; ``address``: those of one outgoing address do.
        sheet: The sheet's name, or its number as digits.
        encoding: The text encoding of a CSV file.
        delimiter: The sign between the cells of a CSV file.
        id_column: The heading of the order ids.
        name_column: The heading of the new names.
        current_name_column: The heading of the names expected before, or ``none``: no guard.
        hidden_rows: ``include`` or ``skip`` rows that are hidden in the workbook.
        blank_new_name: ``skip``: a row without a new name leaves its order as it is; ``invalid``: it is a mistake.
        match_by: ``id``, or ``current-name``: a row without an id is about the order that has its current name.
        only: The numbers of the rows to work on; None: all.
        except_rows: The numbers of rows to leave out.
        where: The texts that columns must have, for a row to be worked on; several of one column: any of them.
        name_template: How new names are made from the columns of the sheet, such as ``{address} - {date}``.
        replace: Texts of the current names and what takes their place.
        replace_regex: Patterns and what takes the place of their matches.
        same_name: What becomes of orders that would have the same name: ``warn``, ``refuse`` or ``number``.
        names: The house rules for new names; a table of the configuration file.
        nightly: What holds for the command nightly; a table of the configuration file.
        first: Rename only so many, as a trial.
        max_failures: How many rows may fail before the run stops.
        max_renames: Refuse a plan that renames more than this.
        strict: Send nothing when any row is bad.
        again: Rename orders again that an earlier run of the same rows renamed and that got another name since.
        yes: Ask no question.
        write_back: Write the results into the spreadsheet itself, too.
        report: Where reports go, ``{date}`` and ``{id}`` still to be filled in; empty: beside the sheet; ``-``: to
            standard output.
        order_links: Link each order of an .html report to its page at the vendor.
        pictures: Show a small picture of each order's first photo in an HTML report.
        state_dir: The folder of journal, lock and sandbox.
        log_file: Where the JSON lines of the log go.
        json: Write the result as one JSON object on standard output.
        quiet: Say less.
        verbose: Say more.
        no_progress: Show no progress bar.
        no_pager: Show long results without a pager.
        wait: Seconds to wait for the lock.
        api_key_file: The key file named at the top of the configuration file; comes after AUTOENHANCE_API_KEY.
        profile_api_key_file: The key file named by the chosen profile; comes before it.
        sources: Pairs of a field's name and where its value is from; fields left at their default are absent.

    Raises:
        pydantic.ValidationError: a value is out of range; `resolve_settings` puts it into plain sentences.
    """

    profile: _Text | None = None
    config: Annotated[_File | None, BeforeValidator(values.no_file)] = None
    base_url: Annotated[str, AfterValidator(check_base_url)] = VENDOR_URL
    api_version: Annotated[str, AfterValidator(values.check_version)] | None = None
    sandbox: bool = False
    sandbox_reset: bool = False
    rate: Annotated[_Number, Field(gt=0, le=10_000)] | None = None
    workers: Annotated[_Count, Field(ge=1, le=1_000)] | None = None
    attempts: Annotated[_Count, Field(ge=1, le=100)] = 6
    timeout: Annotated[_Number, Field(gt=0, le=_HOUR_S)] = 30.0
    patience: Annotated[_Number, Field(ge=0, le=_WEEK_S)] = 900.0
    engine: Literal["local", "dask"] = "local"
    scheduler: Annotated[str, AfterValidator(check_scheduler)] | None = None
    limit_per: Literal["account", "address"] = "account"
    sheet: _Heading | None = None
    encoding: Annotated[str, AfterValidator(values.check_encoding)] | None = None
    delimiter: Annotated[str, AfterValidator(values.check_delimiter)] | None = None
    id_column: _Heading | None = None
    name_column: _Heading | None = None
    current_name_column: Annotated[_Heading, AfterValidator(values.check_current_name_column)] | None = None
    hidden_rows: Literal["include", "skip"] = "include"
    blank_new_name: Literal["skip", "invalid"] = "skip"
    match_by: Literal["id", "current-name"] = "id"
    only: _Rows | None = None
    except_rows: _Rows | None = None
    where: Annotated[tuple[ColumnText, ...], PlainValidator(values.split_where)] = ()
    name_template: Annotated[
        Annotated[_Text, AfterValidator(values.check_one_line)] | None, BeforeValidator(values.no_text)
    ] = None
    replace: Annotated[tuple[Replacement, ...], PlainValidator(parse_replacements)] = ()
    replace_regex: Annotated[tuple[Replacement, ...], PlainValidator(parse_regex_replacements)] = ()
    same_name: Literal["warn", "refuse", "number"] = "warn"
    names: Annotated[NameRules, PlainValidator(parse_name_rules)] = NameRules()
    nightly: NightlySettings = NightlySettings()
    first: Annotated[_Count, Field(ge=1)] | None = None
    max_failures: Annotated[values.MaxFailures, PlainValidator(values.MaxFailures.parse)] = values.MaxFailures(
        percent=50
    )
    max_renames: Annotated[_Count, Field(ge=0)] | None = None
    strict: bool = False
    again: bool = False
    yes: bool = False
    write_back: bool = False
    report: Annotated[tuple[str, ...], BeforeValidator(values.split_reports)] = ()
    order_links: bool = False
    pictures: bool = False
    state_dir: _File
    log_file: _File | None = None
    json: bool = False
    quiet: bool = False
    verbose: bool = False
    no_progress: bool = False
    no_pager: bool = False
    wait: Annotated[_Number, Field(ge=0, le=_WEEK_S)] = 0.0
    api_key_file: _File | None = None
    profile_api_key_file: _File | None = None
    sources: tuple[tuple[str, str], ...] = ()

    @property
    def report_files(self) -> tuple[str, ...]:
        """The files that reports are written to."""
        return tuple(report for report in self.report if report != _STANDARD_OUTPUT)

    @property
    def reports_to_output(self) -> bool:
        """Whether a report goes to standard output, as CSV."""
        return _STANDARD_OUTPUT in self.report


class DescribedSetting(NamedTuple):
    """One setting in words: its name, its value and its source."""

    name: str
    value: str
    source: str


def describe(settings: Settings) -> tuple[DescribedSetting, ...]:
    """List every setting with its source, for ``--verbose``; never a secret.

    For a key file it says only that one is set, because a user may have written the key itself there by mistake.

    Example:
        >>> describe(Settings(state_dir=Path("/tmp"), rate=5.0, sources=(("rate", "--rate"),)))[6]
        DescribedSetting(name='rate', value='5', source='--rate')
    """
    sources = dict(settings.sources)
    return tuple(
        DescribedSetting(name, _in_words(name, getattr(settings, name)), sources.get(name, DEFAULT))
        for name in (field.name for field in fields(settings))
        if name != "sources"
    )


def _in_words(name: str, value: object) -> str:
    if value is None or value == ():
        return "none"
    if name in ("api_key_file", "profile_api_key_file"):
        return "set"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return f"{value:g}" if isinstance(value, float) else str(value)


def as_given(settings: Settings, name: str, value: object = "") -> str:
    """Return an option as the user gave it, for a message: the flag, the argument, or the name and its source.

    Example:
        >>> as_given(Settings(state_dir=Path("/tmp"), sources=(("strict", "night.toml"),)), "strict")
        'strict in night.toml'
        >>> as_given(Settings(state_dir=Path("/tmp")), "max_renames", 5)
        '--max-renames 5 (the default)'
    """
    source, shown = dict(settings.sources).get(name, DEFAULT), None if value == "" else str(value)
    if source == DEFAULT:
        return f"{as_typed(name, shown, flag_of(name))} (the default)"
    return as_typed(name, shown, source)
