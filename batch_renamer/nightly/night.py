"""One night from its start to its end: what lies in the inbox is done, and every file gets an end that is noted."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from batch_renamer.errors import LockedError
from batch_renamer.journal import inbox_lock, writing_lock
from batch_renamer.model import Night
from batch_renamer.nightly.contents import Survey
from batch_renamer.nightly.context import NightContext
from batch_renamer.nightly.course import Course
from batch_renamer.nightly.inbox import locked_folder
from batch_renamer.nightly.pages import update_pages
from batch_renamer.nightly.record import NightRecord

__all__ = ["PreviousNightError", "run_night"]


class PreviousNightError(LockedError):
    """The night before is still at work."""

    def __init__(self) -> None:
        super().__init__("The night before")
        self.args = ("The night before is still at work in this inbox, so this one did not begin. It goes on alone.",)


def run_night(context: NightContext, record: NightRecord) -> None:
    """Work through the inbox once; ``record`` gets the end of each file.

    Raises:
        PreviousNightError: the night before is still at work.
        BatchRenamerError: something ends the night before its last file, such as a journal that can't be written.
    """
    with _alone(context, record.night), Survey(context.settings) as survey:
        course = Course(context, record, survey)
        course.make_folders()
        record.begun()
        record.note(update_pages(record.night, context.journal))
        course.finish_what_was_cut_off()
        scan = course.scan()
        files = course.read_all(scan.settled)
        course.note_contradictions()
        course.go_on_with_earlier_nights()
        course.do_all(files)
        course.pass_over(scan.passed)
        course.look_again(scan.waiting)
        course.tidy_up()


@contextmanager
def _alone(context: NightContext, night: Night) -> Iterator[None]:
    """Hold the inbox for the time of the block.

    Raises:
        PreviousNightError: another night holds it, and did so as long as the user wants to wait.
    """
    with ExitStack() as held:
        try:
            held.enter_context(
                writing_lock(
                    context.settings.state_dir,
                    account=inbox_lock(str(context.inbox.resolve())),  # two links may lead to one inbox
                    run_id=night.id,
                    wait_s=context.settings.wait,
                )
            )
            held.enter_context(locked_folder(context.inbox, wait_s=context.settings.wait, sleep=context.sleep))
        except LockedError:
            raise PreviousNightError from None
        yield
