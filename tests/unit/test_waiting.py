"""Since when files wait in the inbox: as many nights as have left them there without a break."""

from __future__ import annotations

from batch_renamer.model import FileEnd, Night, NightFile, waiting_since


def night(at: float, *names: str, end: FileEnd = FileEnd.WAITING, **fields: object) -> Night:
    """Return a night that began at a time and left these files so."""
    files = tuple(NightFile(name=name, end=end) for name in names)
    values: dict[str, object] = {"begun": True, "exit_code": 0, "ended_at": at + 1, **fields}
    return Night(date="", began_at=at, files=files, **values)  # type: ignore[arg-type]


def test_a_file_waits_since_the_first_night_that_left_it() -> None:
    """Each file has its own; what the newest night moved away waits no more."""
    nights = [night(3, "a", "b"), night(2, "a", end=FileEnd.STOPPED), night(1, "a", "b", "c")]
    assert waiting_since(nights) == {"a": 1, "b": 3}


def test_a_file_that_was_done_in_between_is_another_file() -> None:
    """The next one of its name waits from its own night on."""
    assert waiting_since([night(3, "a"), night(2, "a", end=FileEnd.DONE), night(1, "a")]) == {"a": 3}


def test_nights_that_saw_no_files_are_passed_over() -> None:
    """One that could not begin, one at work, and one that was killed break no series."""
    blind = [night(5, begun=False), night(4, exit_code=None)]
    assert waiting_since([*blind, night(3, "a"), *blind, night(1, "a")]) == {"a": 1}
    assert waiting_since(blind) == {}
