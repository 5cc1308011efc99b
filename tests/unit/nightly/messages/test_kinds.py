"""Nights enter, one after the other; a message leaves for each change of state, and none for more of the same."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batch_renamer.model import Delivery, FileEnd, Night, NightFile, NoticeKind, Told
from batch_renamer.nightly.messages.kinds import Notice, notice_of, with_what_was_cut_off

BEGIN = datetime.date(2026, 11, 1)
SETTINGS: dict[str, Any] = {"tell_good": False, "remind_days": 7, "nothing_came_nights": 0}


def file(name: str = "a.xlsx", end: FileEnd = FileEnd.DONE, **values: Any) -> NightFile:
    """Return a file of a night."""
    return NightFile(name=name, end=end, **values)


def a_night(*files: NightFile, **values: Any) -> Night:
    """Return a night that has ended, of these files."""
    usual: dict[str, Any] = {
        "date": BEGIN.isoformat(),
        "began_at": 0.0,
        "ended_at": 60.0,
        "exit_code": 0,
        "begun": True,
    }
    return Night(files=files, **(usual | values))


GOOD = a_night(file())
EMPTY = a_night()
PROBLEMS = a_night(file(), file("b.xlsx", FileEnd.PROBLEMS, tries_left=3), exit_code=1)
AGAIN = a_night(file("b.xlsx", FileEnd.PROBLEMS, again=True, tries_left=2), exit_code=1)
GIVEN_UP = a_night(file("b.xlsx", FileEnd.PROBLEMS, again=True, tries_left=0), exit_code=1)
AGAIN_DONE = a_night(file("b.xlsx", FileEnd.DONE, again=True))
OTHER_PROBLEMS = a_night(file("c.xlsx", FileEnd.PROBLEMS), exit_code=1)
REFUSED = a_night(file("d.xlsx", FileEnd.REFUSED, exit_code=2), exit_code=2)
KEY = a_night(
    file(end=FileEnd.STOPPED, exit_code=3, sentence="The API refused the key."), exit_code=3, stopped="The key."
)
OUTAGE = a_night(file(end=FileEnd.STOPPED, exit_code=4, sentence="No good answer for 900 s."), exit_code=4)
LONGER_OUTAGE = a_night(file(end=FileEnd.STOPPED, exit_code=4, sentence="No good answer for 1,234 s."), exit_code=4)
DISK = a_night(file(end=FileEnd.STOPPED, exit_code=4, sentence="The disk is full."), exit_code=4)
TYPO = a_night(begun=False, exit_code=2, stopped="nightly.toml, line 3: there is no setting inbx.")
NO_FOLDER = a_night(begun=False, exit_code=2, stopped="The inbox /srv/in can't be read.")
STILL_AT_WORK = a_night(begun=False, exit_code=5, stopped="The night before (process 4711) is still at work.")
CUT_OFF = a_night(file(), cut_off=True, ended_at=None, exit_code=None)
WAITS = a_night(file("open.xlsx", FileEnd.WAITING), file())
ONLY_WAITS = a_night(file("open.xlsx", FileEnd.WAITING))


@dataclass
class Person:
    """Is told of nights one after the other, as a night does it."""

    settings: Mapping[str, Any]
    nights: list[Night]
    told: Told | None = None
    arrives: bool = True

    def after(self, night: Night, *, days: int) -> Notice | None:
        """Return what the person is told of a night that begins so many days after the first."""
        began = float(days * 86_400)
        night = replace(
            night,
            number=days + 1,
            date=(BEGIN + datetime.timedelta(days)).isoformat(),
            began_at=began,
            ended_at=None if night.ended_at is None else began + 60,
        )
        notice = None
        if not night.cut_off:
            notice = notice_of(night, self.nights[::-1], self.told, **self.settings)
        if notice is not None:
            delivery = Delivery(address="json://...", delivered=self.arrives, said="delivered")
            self.told = Told(
                date=night.date, told_at=began + 61, kind=notice.kind, causes=notice.causes, deliveries=(delivery,)
            )
        self.nights.append(night)
        return notice


def kinds(nights: Sequence[Night], **settings: Any) -> list[str]:
    """Return what a person is told of each night: the kind, marked when it is a reminder; "" for nothing."""
    person = Person(settings=SETTINGS | settings, nights=[])
    notices = [person.after(night, days=days) for days, night in enumerate(nights)]
    return [f"{one.kind.value}{', reminder' if one.reminder else ''}" if one else "" for one in notices]


THIRTY = (
    (GOOD, ""),
    (PROBLEMS, "partly"),
    (AGAIN, ""),
    (GIVEN_UP, "partly"),
    (EMPTY, ""),
    (OTHER_PROBLEMS, "partly"),
    (GOOD, "recovered"),
    (GOOD, ""),
    (KEY, "failed"),
    (KEY, ""),
    (OUTAGE, "failed"),
    (LONGER_OUTAGE, ""),
    (DISK, "failed"),
    (GOOD, "recovered"),
    (TYPO, "not begun"),
    (TYPO, ""),
    (NO_FOLDER, "not begun"),
    (EMPTY, "recovered"),
    (EMPTY, ""),
    (WAITS, ""),
    (WAITS, ""),
    (ONLY_WAITS, "waiting"),
    (WAITS, ""),
    (GOOD, "recovered"),
    (CUT_OFF, ""),
    (GOOD, "cut off"),
    (GOOD, ""),
    (STILL_AT_WORK, "not begun"),
    (REFUSED, "partly"),
    (AGAIN_DONE, "recovered"),
)


def test_thirty_nights_have_one_message_for_each_change_of_state() -> None:
    """The nights and the messages stand side by side."""
    nights, expected = zip(*THIRTY, strict=True)
    assert len(nights) == 30
    assert kinds(nights) == [*expected]


@pytest.mark.parametrize(
    ("nights", "settings", "expected"),
    [
        pytest.param(
            [KEY] * 16, {}, ["failed", *[""] * 6, "failed, reminder", *[""] * 6, "failed, reminder", ""], id="remind"
        ),
        pytest.param([KEY] * 4, {"remind_days": 2}, ["failed", "", "failed, reminder", ""], id="remind sooner"),
        pytest.param([GOOD] * 2, {"tell_good": True}, ["good", "good"], id="each good night, where asked for"),
        pytest.param([EMPTY] * 2, {"tell_good": True}, ["", ""], id="an empty night is no good one"),
        pytest.param([KEY, GOOD], {"tell_good": True}, ["failed", "recovered"], id="recovered says more than good"),
        pytest.param([OTHER_PROBLEMS] * 3, {}, ["partly"] * 3, id="a new sheet of the same name is news"),
        pytest.param([REFUSED] * 2, {}, ["partly"] * 2, id="a sheet that is put in again is news"),
        pytest.param([EMPTY] * 5, {"nothing_came_nights": 3}, ["", "", "nothing came", "", ""], id="nothing came"),
        pytest.param(
            [EMPTY, EMPTY, NO_FOLDER, EMPTY],
            {"nothing_came_nights": 3},
            ["", "", "not begun", "nothing came"],
            id="a night that could not look does not count",
        ),
        pytest.param(
            [EMPTY, ONLY_WAITS, EMPTY], {"nothing_came_nights": 3}, ["", "", "nothing came"], id="nor does a file"
        ),
        pytest.param([AGAIN_DONE] * 2, {"nothing_came_nights": 2}, ["", "nothing came"], id="nor what comes again"),
        pytest.param([KEY, EMPTY], {}, ["failed", ""], id="an empty night proves no key"),
        pytest.param([CUT_OFF, CUT_OFF, PROBLEMS, GOOD], {}, ["", "", "partly", "recovered"], id="cut off twice"),
        pytest.param([KEY, CUT_OFF, KEY], {}, ["failed", "", "failed"], id="cut off amid the same trouble"),
        pytest.param(
            [WAITS] * 3 + [KEY, KEY, WAITS, WAITS],
            {},
            ["", "", "waiting", "failed", "", "recovered", ""],
            id="recovered beside a file that stays",
        ),
        pytest.param(
            [WAITS] * 3 + [TYPO, WAITS], {}, ["", "", "waiting", "not begun", "recovered"], id="and could not look"
        ),
        pytest.param([WAITS] * 4, {"tell_good": True}, ["good", "good", "waiting", "good"], id="good beside it"),
        pytest.param([WAITS] * 10, {}, ["", "", "waiting", *[""] * 6, "waiting, reminder"], id="remind of a file"),
        pytest.param(
            [EMPTY] * 3 + [KEY, GOOD],
            {"nothing_came_nights": 2},
            ["", "nothing came", "", "failed", "recovered"],
            id="nothing, then trouble",
        ),
        pytest.param([ONLY_WAITS, EMPTY, ONLY_WAITS, ONLY_WAITS], {}, [""] * 4, id="not three nights in a row"),
    ],
)
def test_what_is_told(nights: list[Night], settings: dict[str, Any], expected: list[str]) -> None:
    """Each row is a rule."""
    assert kinds(nights, **settings) == expected


def test_what_did_not_arrive_is_told_again_until_it_does() -> None:
    """The night in which the network fails is often the one that has something to tell."""
    person = Person(settings=SETTINGS, nights=[], arrives=False)
    assert [bool(person.after(night, days=days)) for days, night in enumerate([OUTAGE, OUTAGE, GOOD])] == [True] * 3
    assert person.told is not None
    assert person.told.kind is NoticeKind.RECOVERED
    person.arrives = True
    notice = person.after(GOOD, days=3)
    assert notice is not None
    assert notice.kind is NoticeKind.RECOVERED
    assert person.after(GOOD, days=4) is None


def test_a_night_that_ends_after_the_next_one_is_no_recovery() -> None:
    """The next one could not begin because of it, and was told; that nights begin again is known from a later one."""
    person = Person(settings=SETTINGS, nights=[])
    assert person.after(STILL_AT_WORK, days=1) is not None
    assert person.after(GOOD, days=0) is None
    notice = person.after(GOOD, days=2)
    assert notice is not None
    assert notice.kind is NoticeKind.RECOVERED


def test_without_a_memory_trouble_is_told_each_night() -> None:
    """The journal may be what is broken; a message too many is better than none."""
    assert notice_of(KEY, [], None, **SETTINGS) is not None
    assert notice_of(GOOD, [], None, **SETTINGS) is None


NIGHTS = (
    GOOD,
    EMPTY,
    PROBLEMS,
    AGAIN,
    GIVEN_UP,
    AGAIN_DONE,
    REFUSED,
    KEY,
    OUTAGE,
    DISK,
    TYPO,
    STILL_AT_WORK,
    WAITS,
    CUT_OFF,
)


@given(nights=st.lists(st.sampled_from(NIGHTS), max_size=40), lost=st.sets(st.integers(0, 39)))
def test_no_trouble_is_kept_back_and_no_good_night_disturbs(nights: list[Night], lost: set[int]) -> None:
    """Whatever nights follow each other, and whichever messages are lost."""
    person = Person(settings=SETTINGS | {"remind_days": 1000}, nights=[])
    for days, night in enumerate(nights):
        told, person.arrives = person.told, days not in lost
        notice = person.after(night, days=days)
        was_cut_off = days > 0 and nights[days - 1].cut_off
        causes = notice.causes if notice is not None else frozenset()
        if night in (PROBLEMS, REFUSED) or (was_cut_off and not night.cut_off):
            assert notice is not None, "a new sheet that needs a person, or a night that was cut off"
        if night in (KEY, OUTAGE, DISK, TYPO, STILL_AT_WORK) and (told is None or not told.arrived):
            assert notice is not None, "trouble that no person knows of"
        if night is GOOD and told is not None and told.kind in (NoticeKind.FAILED, NoticeKind.NOT_BEGUN):
            assert notice is not None, "it works again"
        if night in (GOOD, EMPTY, AGAIN_DONE) and told is None and not was_cut_off:
            assert notice is None, "nothing to tell"
        if notice is not None and told is not None and told.arrived and night in (KEY, OUTAGE, DISK, TYPO):
            assert was_cut_off or causes - told.causes, "the same trouble twice"


KILLED_BAD = file("b.xlsx", FileEnd.PROBLEMS, run_id="aaaaaa", moved_to="/in/problems/b.xlsx")
KILLED_REFUSED = file("c.xlsx", FileEnd.REFUSED)


@pytest.mark.parametrize(
    ("tonight", "before", "names"),
    [
        pytest.param([], [a_night(KILLED_BAD, cut_off=True)], ["b.xlsx"], id="a bad sheet of a killed night"),
        pytest.param([], [a_night(file(), cut_off=True)], [], id="a good one"),
        pytest.param([], [a_night(KILLED_BAD)], [], id="a night with an end has told it"),
        pytest.param([], [GOOD, a_night(KILLED_BAD, cut_off=True)], [], id="a night since then has told it"),
        pytest.param(
            [file("b.xlsx", run_id="aaaaaa", again=True)],
            [a_night(KILLED_BAD, cut_off=True)],
            ["b.xlsx"],
            id="its run comes again",
        ),
        pytest.param(
            [file("b.xlsx", run_id="bbbbbb")],
            [a_night(KILLED_BAD, cut_off=True)],
            ["b.xlsx", "b.xlsx"],
            id="another sheet of its name",
        ),
        pytest.param(
            [file("c.xlsx", FileEnd.REFUSED)],
            [a_night(KILLED_REFUSED, cut_off=True)],
            ["c.xlsx"],
            id="killed before it was moved",
        ),
    ],
)
def test_a_message_names_the_sheets_of_a_night_that_was_killed_before_it_could(
    tonight: list[NightFile], before: list[Night], names: list[str]
) -> None:
    """They lie in the folder of problems, and tonight's inbox does not have them."""
    assert [one.name for one in with_what_was_cut_off(a_night(*tonight), before).files] == names
