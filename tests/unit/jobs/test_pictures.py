"""Pictures are fetched within bounds, and whatever goes wrong with them is a sentence."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import anyio
import pytest

from batch_renamer.client import RefusedError, Stopping
from batch_renamer.commands import APPLY, CHECK, PLAN, Command
from batch_renamer.errors import KeyRefusedError
from batch_renamer.jobs.run import Run
from batch_renamer.jobs.stages.pictures import fetch_pictures, warn_if_pictures_are_in_vain
from batch_renamer.model import Picture, Pictures
from batch_renamer.settings import Settings

Answer = Callable[[str], Picture | Exception]


class Gateway:
    """Answers with what a test says, one second later; it remembers how many were asked at once."""

    def __init__(self, answer: Answer) -> None:
        self.asked: list[str] = []
        self.at_once = self.most_at_once = 0
        self._answer = answer

    async def picture(self, image_id: str) -> Picture:
        """Answer."""
        self.asked.append(image_id)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await anyio.sleep(1)
        self.at_once -= 1
        if isinstance(answer := self._answer(image_id), Exception):
            raise answer
        return answer


def a_picture(size: int = 10) -> Picture:
    """Return a picture of so many bytes."""
    return Picture(media_type="image/png", data=b"x" * size)


def a_run(gateway: Gateway, *, total: int, pictures: bool = True, target: str = "page.html") -> Run:
    """Return a run of which so many orders have an image; the journal gives those that it is asked for."""

    async def in_thread(method: Callable[..., object], *args: object, **more: object) -> object:
        return method(*args, **more)

    def first_images(_record: object, *, limit: int) -> tuple[int, list[tuple[int, str]]]:
        return total, [(number + 2, f"i{number}") for number in range(min(total, limit))]

    nothing = SimpleNamespace(stage=lambda *_: None, advance=lambda *_: None, close=lambda: None)
    journal = SimpleNamespace(in_thread=in_thread, results=SimpleNamespace(first_images=first_images))
    return cast(
        Run,
        SimpleNamespace(
            job=SimpleNamespace(settings=SimpleNamespace(pictures=pictures), journal=journal, progress=nothing),
            context=SimpleNamespace(warnings=[]),
            targets=(Path(target),),
            record=None,
            api=SimpleNamespace(gateway=gateway, most_at_once=lambda: 1_000),
        ),
    )


@pytest.mark.virtual_time
async def test_a_few_at_once_until_all_are_there() -> None:
    """Nothing is to be said of them."""
    gateway = Gateway(lambda _: a_picture())
    run = a_run(gateway, total=20)
    assert await fetch_pictures(run) == Pictures(by_row={row: a_picture() for row in range(2, 22)})
    assert (gateway.most_at_once, run.context.warnings) == (8, [])


@pytest.mark.virtual_time
@pytest.mark.parametrize(
    ("total", "answer", "fetched", "note"),
    [
        pytest.param(
            2_000,
            lambda _: a_picture(),
            (400, 488),
            "of 2,000 orders with photos: no more were fetched after 60 seconds.",
            id="60 seconds",
        ),
        pytest.param(
            450,
            lambda _: a_picture(100_000),
            (100, 100),
            "100 of 450 orders with photos: together they may have 10 MB.",
            id="10 MB",
        ),
        pytest.param(
            40,
            lambda image: RefusedError("404 Not Found", status=404) if image == "i7" else a_picture(),
            (39, 39),
            "39 of 40 orders with photos: the API did not give the others (404 Not Found).",
            id="one that fails",
        ),
        pytest.param(
            40,
            lambda image: a_picture() if image in {"i0", "i1"} else KeyRefusedError("No."),
            (2, 2),
            "2 of 40 orders with photos: the API gave no more (No).",
            id="only failures after a while",
        ),
        pytest.param(
            40,
            lambda image: a_picture() if image < "i2" else Stopping(),
            (2, 16),
            "orders with photos: the run was stopped.",
            id="a stop",
        ),
    ],
)
async def test_there_is_an_end_to_it(total: int, answer: Answer, fetched: tuple[int, int], note: str) -> None:
    """What is there by then is shown, and the note says why no more is."""
    pictures = await fetch_pictures(a_run(Gateway(answer), total=total))
    assert fetched[0] <= len(pictures.by_row) <= fetched[1]
    assert pictures.note.endswith(note)


@pytest.mark.virtual_time
async def test_a_page_has_at_most_500() -> None:
    """The rest is not even asked for."""
    gateway = Gateway(lambda _: a_picture())
    gateway_sleepless = cast(Gateway, SimpleNamespace(picture=_at_once(gateway)))
    pictures = await fetch_pictures(a_run(gateway_sleepless, total=812))
    assert (len(pictures.by_row), len(gateway.asked)) == (500, 500)
    assert pictures.note == ("500 of 812 orders with photos: a page has at most 500; those with problems come first.")


def _at_once(gateway: Gateway) -> Callable[[str], object]:
    async def picture(image_id: str) -> Picture:
        gateway.asked.append(image_id)
        await anyio.lowlevel.checkpoint()
        return a_picture()

    return picture


@pytest.mark.parametrize(
    ("pictures", "target", "total"),
    [(False, "page.html", 3), (True, "report.xlsx", 3), (True, "page.html", 0)],
    ids=["not wanted", "no page", "no image"],
)
async def test_nothing_is_fetched_in_vain(pictures: bool, target: str, total: int) -> None:
    """Not a single request."""
    gateway = Gateway(lambda _: a_picture())
    assert (await fetch_pictures(a_run(gateway, total=total, pictures=pictures, target=target))).by_row == {}
    assert gateway.asked == []


@pytest.mark.virtual_time
async def test_a_screen_says_why_a_page_lacks_pictures() -> None:
    """In one sentence, however many failed."""
    run = a_run(Gateway(lambda _: RefusedError("503 Service Unavailable", status=503)), total=30)
    await fetch_pictures(run)
    assert run.context.warnings == ["The HTML report has no pictures: 503 Service Unavailable."]


@pytest.mark.parametrize(
    ("source", "command", "target", "note"),
    [
        pytest.param("--pictures", APPLY, "r.xlsx", "--pictures has", id="another report"),
        pytest.param("--pictures", APPLY, "r.html", "", id="a page"),
        pytest.param("--pictures", PLAN, "", "--pictures has", id="no report"),
        pytest.param("argument pictures", PLAN, "", "pictures has", id="from Python"),
        pytest.param("night.toml", APPLY, "r.csv", "pictures in night.toml has", id="configured, another report"),
        pytest.param("night.toml", PLAN, "", "", id="configured for other runs"),
        pytest.param("night.toml", CHECK, "r.csv", "", id="a command that asks for nothing"),
    ],
)
def test_a_wish_for_pictures_in_vain_is_answered(source: str, command: Command, target: str, note: str) -> None:
    """By one note that says what helps; a configuration may be meant for runs that have a page."""
    settings = Settings(state_dir=Path("state"), pictures=True, sources=(("pictures", source),))
    warnings: list[str] = []
    run = SimpleNamespace(
        job=SimpleNamespace(settings=settings, command=command),
        context=SimpleNamespace(warnings=warnings),
        targets=(Path(target),) if target else (),
    )
    warn_if_pictures_are_in_vain(cast(Run, run))
    assert warnings == ([f"{note} no effect without an HTML report: add --report FILE.html."] if note else [])
