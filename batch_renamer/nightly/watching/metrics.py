r"""The figures of a night for Prometheus, in a file that node_exporter's textfile collector reads.

All are gauges, because each file has one night. The last attempt and the last success are two of them, so that an alarm
on ``time() - batch_renamer_nightly_last_success_timestamp_seconds`` also notices that no night comes any more. Every
result of rows and every end of files is there each time, so that no value of an earlier night stays. The format is that
of https://prometheus.io/docs/instrumenting/exposition_formats/ (2026-11).
"""

from __future__ import annotations

import math
import os
import re
import stat
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO

from batch_renamer.files import read_regular
from batch_renamer.model import FileEnd, Night, Result
from batch_renamer.temporary import cause, complete_file

__all__ = ["Metrics", "metrics_text", "write_metrics"]

_PREFIX = "batch_renamer_nightly_"
_LAST_SUCCESS = "last_success_timestamp_seconds"
_LARGEST_BYTES = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Metrics:
    """What the file says of a night; times are in seconds since the epoch.

    ``last_success_at`` is when the last night of this inbox ended with exit code 0; None: no such night is known.
    ``waiting_since`` are the files that stay in the inbox, each with the time of the night that left it first.
    ``undelivered`` is how many messages of the night were not delivered.
    """

    night: Night
    last_success_at: float | None = None
    waiting_since: Mapping[str, float] = field(default_factory=dict)
    undelivered: int = 0


def write_metrics(file: Path, metrics: Metrics) -> str:
    """Write the file, whole or not at all; return why it could not be written, in a sentence, or "".

    A file that is there keeps its permissions, a new one follows the umask. If no success is known, because the journal
    can't be read for instance, the one that the file has is kept.
    """
    try:
        place = Path(os.path.realpath(file))
        if metrics.last_success_at is None:
            metrics = replace(metrics, last_success_at=_success_in(place))
        content = metrics_text(metrics).encode()

        def write(new: BinaryIO, _: Path) -> None:
            new.write(content)

        with complete_file(place.parent, write) as unfinished:
            with suppress(FileNotFoundError):
                unfinished.chmod(stat.S_IMODE(place.stat().st_mode))
            unfinished.replace(place)
    except OSError as error:
        return f"The figures for Prometheus can't be written to {file}: {cause(error)}."
    return ""


def metrics_text(metrics: Metrics) -> str:
    """Return the lines of the file."""
    labels = {"profile": metrics.night.profile or "", "inbox": metrics.night.inbox}
    lines = []
    for name, help_text, values in _gauges(metrics):
        lines += [f"# HELP {_PREFIX}{name} {help_text}", f"# TYPE {_PREFIX}{name} gauge"]
        lines += [f"{_PREFIX}{name}{{{_labels({**labels, **own})}}} {_number(value)}" for own, value in values]
    return "".join(f"{line}\n" for line in lines)


def _gauges(metrics: Metrics) -> Iterator[tuple[str, str, Iterable[tuple[Mapping[str, str], float]]]]:
    """Yield the name of each gauge, what it is, and its values with the labels that it has besides."""
    night = metrics.night
    ended_at = night.began_at if night.ended_at is None else night.ended_at
    counts, ends = night.counts, [file.end for file in night.files]
    oldest_s = max((ended_at - since for since in metrics.waiting_since.values()), default=0.0)

    def one(value: float) -> list[tuple[Mapping[str, str], float]]:
        return [({}, value)]

    yield "last_attempt_timestamp_seconds", "When the last night ended, whatever its end.", one(ended_at)
    if metrics.last_success_at is not None:
        yield _LAST_SUCCESS, "When the last night with exit code 0 ended.", one(metrics.last_success_at)
    if night.exit_code is not None:
        yield "exit_code", "The exit code of the last night; 0: all is well.", one(night.exit_code)
    yield "begun", "Whether the last night could begin (1) or not (0).", one(night.begun)
    yield "duration_seconds", "How long the last night took.", one(max(night.seconds, 0.0))
    by_end = [({"end": end.value}, float(ends.count(end))) for end in FileEnd]
    yield "files", "Files of the last night by what became of them.", by_end
    by_result = [({"result": result.value}, float(counts.get(result, 0))) for result in Result]
    yield "rows", "Rows of the last night by their results.", by_result
    yield "requests", "Requests that the last night sent.", one(night.requests)
    yield "throttled_requests", "Requests of the last night that were answered with 429.", one(night.throttled)
    if night.limit_per_s is not None:
        yield "limit_requests_per_second", "The limit of requests that the API has shown.", one(night.limit_per_s)
    yield (
        "oldest_unhandled_file_age_seconds",
        "For how long the oldest file in the inbox waits, from the first night that left it there to the last.",
        one(max(oldest_s, 0.0)),
    )
    yield "undelivered_messages", "Messages of the last night that were not delivered.", one(metrics.undelivered)


def _labels(labels: Mapping[str, str]) -> str:
    return ",".join(f'{name}="{_escaped(value)}"' for name, value in labels.items())


def _escaped(value: str) -> str:
    r"""Return the value of a label as the format wants it; what is no text is shown as an escape.

    Example:
        >>> print(_escaped('a "b"\nc\\d'))
        a \"b\"\nc\\d
    """
    text = value.encode("utf-8", "backslashreplace").decode("utf-8")
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')


def _number(value: float) -> str:
    """Return a number without an exponent and with at most three decimals.

    Example:
        >>> _number(1_795_660_000.25), _number(3), _number(0.0)
        ('1795660000.25', '3', '0')
    """
    return f"{value:.3f}".rstrip("0").rstrip(".") if math.isfinite(value) else "NaN"


def _success_in(place: Path) -> float | None:
    """Return the last success that a file of metrics has; None if there is none, or the file can't be read."""
    try:
        content, _ = read_regular(place, limit_bytes=_LARGEST_BYTES)
    except OSError:
        return None
    found = re.search(rf"^{_PREFIX}{_LAST_SUCCESS}{{.*}} ([0-9.]+)$", content.decode("utf-8", "replace"), re.MULTILINE)
    return float(found[1]) if found else None
