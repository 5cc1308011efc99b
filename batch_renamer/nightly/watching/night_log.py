"""What the log says of a night: one line for each event that a person would look for, with its figures as fields.

`batch_renamer.progress.every_line` gives the lines of a night and of its runs the field ``night_id``.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

from batch_renamer.model import FileEnd, Night, NightFile, NightKind
from batch_renamer.nightly.watching.heartbeat import Beat
from batch_renamer.progress import about, level_of

__all__ = [
    "log_beat",
    "log_file_end",
    "log_file_found",
    "log_file_moved",
    "log_message",
    "log_night_begins",
    "log_night_ends",
    "log_written",
]

log = logging.getLogger("batch_renamer")


def log_night_begins(night: Night) -> None:
    """Log that a night begins, with its inbox and its account."""
    log.info(
        "the night begins: %s",
        night.inbox or "no inbox",
        extra=about(inbox=night.inbox or None, base_url=night.base_url or None, profile=night.profile),
    )


def log_file_found(name: str, *, size_bytes: int | None = None) -> None:
    """Log that a file of the inbox is taken up."""
    log.info("%s was found", name, extra=about(file=name, size_bytes=size_bytes))


def log_file_end(file: NightFile) -> None:
    """Log what became of a file, and why; also of one that waits or is not read."""
    level = logging.WARNING if file.end.needs_a_person or file.end is FileEnd.STOPPED else logging.INFO
    log.log(
        level,
        "%s: %s%s",
        file.name,
        file.end,
        f"; {file.sentence}" if file.sentence else "",
        extra=about(
            file=file.name,
            end=file.end.value,
            run_id=file.run_id,
            exit_code=file.exit_code,
            counts=dict(file.counts) or None,
            seconds=round(file.seconds, 1),
            requests=file.requests,
            throttled=file.throttled,
            reports=list(file.reports) or None,
            again=file.again or None,
        ),
    )


def log_file_moved(file: NightFile) -> None:
    """Log where a file was moved to, or that it stays in the inbox."""
    if file.moved_to is not None:
        extra = about(file=file.name, run_id=file.run_id, moved_to=file.moved_to)
        log.info("%s was moved to %s", file.name, file.moved_to, extra=extra)


def log_beat(beat: Beat | None) -> None:
    """Log a call of the heartbeat service: the host alone is named, because the address is secret."""
    if beat is None:
        return
    extra = about(heartbeat=beat.said, host=beat.host, error=beat.trouble or None)
    if beat.trouble:
        log.warning("%s", beat.trouble, extra=extra)
    else:
        log.info("the heartbeat (%s) was taken by %s", beat.said, beat.host, extra=extra)


def log_message(kind: str, *, place: str, trouble: str = "") -> None:
    """Log a message of a kind to a place that may be shown; ``trouble`` is why it was not delivered."""
    extra = about(message_kind=kind, place=place, error=trouble or None)
    if trouble:
        log.warning("the message (%s) to %s was not delivered: %s", kind, place, trouble, extra=extra)
    else:
        log.info("the message (%s) to %s was delivered", kind, place, extra=extra)


def log_written(what: str, files: Sequence[str], *, troubles: Sequence[str] = ()) -> None:
    """Log that files of a night were written, such as its pages, or why not; ``what`` begins the line."""
    for trouble in troubles:
        log.warning("%s", trouble, extra=about(error=trouble))
    if files and not troubles:
        log.info("%s written: %s", what, ", ".join(files), extra=about(paths=list(files)))


def log_night_ends(night: Night) -> None:
    """Log how a night ended: one line with its exit code and its figures."""
    code = night.code
    not_begun = night.kind is NightKind.NOT_BEGUN
    ends = [file.end for file in night.files]
    log.log(
        level_of(code),
        "the night %s (exit code %d): %s%s",
        "could not begin" if not_begun else "ended",
        code,
        night.kind,
        f"; {night.stopped}" if night.stopped else "",
        extra=about(
            night_id=night.id or None,
            exit_code=code,
            kind=night.kind.value,
            error=night.stopped or None,
            ends={end.value: ends.count(end) for end in FileEnd if end in ends},
            counts=night.counts,
            seconds=round(night.seconds, 1),
            requests=night.requests,
            throttled=night.throttled,
            limit_per_s=night.limit_per_s,
            notes=list(night.notes) or None,
        ),
    )
