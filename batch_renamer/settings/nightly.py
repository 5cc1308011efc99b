"""The settings of the night: its folders, what comes again, who is told, and how long things are kept."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, PlainValidator
from pydantic.dataclasses import dataclass

from batch_renamer.settings import values
from batch_renamer.settings.heartbeat import HeartbeatAddress

__all__ = ["FOLDERS", "PATHS", "NightlySettings"]

FOLDERS = ("inbox", "done", "problems", "reports")
"""The settings that a flag of `nightly` gives, too."""

PATHS = frozenset({*FOLDERS, "notify_file", "metrics_file"})
"""Those that are paths; in a configuration file they start at its folder."""

_SECRET = frozenset({"heartbeat_url"})
_DAY_S = 86_400
_METRICS_ENDING = ".prom"

_Path = Annotated[Path, BeforeValidator(values.expand_path), AfterValidator(values.make_absolute)]
_Days = Annotated[int, BeforeValidator(values.refuse_bool), Field(ge=1, le=36_500)]
_Nights = Annotated[int, BeforeValidator(values.refuse_bool), Field(ge=0, le=366)]
_Seconds = Annotated[float, BeforeValidator(values.refuse_bool), Field(ge=0, le=_DAY_S, allow_inf_nan=False)]


def _check_metrics_file(path: Path) -> Path:
    if path.suffix != _METRICS_ENDING:
        raise ValueError(f"must end in {_METRICS_ENDING}; the textfile collector reads no other files")
    return path


@dataclass(frozen=True, slots=True, kw_only=True, config=ConfigDict(extra="forbid", hide_input_in_errors=True))
class NightlySettings:
    """The table ``[nightly]`` of the configuration, checked.

    Attributes:
        inbox: The folder of the spreadsheets; None: not set.
        done: Where finished spreadsheets go; None: the folder ``done`` in the inbox.
        problems: Where spreadsheets go that a person must look at; None: the folder ``problems`` in the inbox.
        reports: Where reports and pages go; None: the folder ``reports`` in the inbox.
        settle_s: Seconds for which a file must have been left alone.
        retry_nights: Nights on which failed rows are tried again; 0: never.
        remind_days: Days after which trouble that goes on is told again.
        tell_good: Whether a good night is told, too.
        nothing_came_nights: Nights without a spreadsheet after which that is told; 0: never.
        notify_file: The private file with the addresses of messages, one in each line.
        show_orders: Whether messages may name orders.
        heartbeat_url: The address that is called at the start and at the end of each night.
        metrics_file: The file of figures for Prometheus; None: not written.
        keep_reports_days: Days for which reports and pages are kept; None: for ever.
        keep_done_days: Days for which finished spreadsheets are kept; None: for ever.
        keep_runs_days: Days for which runs are kept in the journal; None: for ever.
        keep_log_days: Days for which old logs are kept; None: for ever.

    Example:
        >>> NightlySettings(inbox=Path("/srv/orders")).folder("done").as_posix()
        '/srv/orders/done'
    """

    inbox: _Path | None = None
    done: _Path | None = None
    problems: _Path | None = None
    reports: _Path | None = None
    settle_s: _Seconds = 60.0
    retry_nights: _Nights = 3
    remind_days: _Days = 7
    tell_good: bool = False
    nothing_came_nights: _Nights = 0
    notify_file: _Path | None = None
    show_orders: bool = False
    heartbeat_url: Annotated[HeartbeatAddress | None, PlainValidator(HeartbeatAddress.parse)] = None
    metrics_file: Annotated[_Path, AfterValidator(_check_metrics_file)] | None = None
    keep_reports_days: _Days | None = None
    keep_done_days: _Days | None = None
    keep_runs_days: _Days | None = None
    keep_log_days: _Days | None = None

    def folder(self, name: str) -> Path:
        """Return the folder that is called ``done``, ``problems`` or ``reports``.

        Raises:
            ValueError: neither this folder nor the inbox is set.
        """
        found: Path | None = getattr(self, name)
        if found is not None:
            return found
        if self.inbox is None:
            raise ValueError("there is no inbox")
        return self.inbox / name

    def __str__(self) -> str:
        said = [_in_words(field.name, getattr(self, field.name)) for field in fields(self) if _is_set(self, field.name)]
        return ", ".join(said) or "none"


def _is_set(settings: NightlySettings, name: str) -> bool:
    return bool(getattr(settings, name) != next(field.default for field in fields(settings) if field.name == name))


def _in_words(name: str, value: object) -> str:
    if name in _SECRET:
        return f"{name} set"
    return f"{name} {str(value).lower() if isinstance(value, bool) else value}"
