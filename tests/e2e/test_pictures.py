"""``--pictures`` shows each order's first photo in the HTML report, and never asks for an image that costs money."""

from __future__ import annotations

import base64
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from batch_renamer.sandbox import ApiRules, OrderStore
from batch_renamer.sandbox.pictures import drawn_picture
from tests.support.served import Command, served

FREE = re.compile(r"/v3/images/[^/?]+/original\?preview=true&max_width=160&quality=60")
SHOWN = re.compile(
    r'<img src="data:image/png;base64,([A-Za-z0-9+/=]+)" alt="First photo of order ([^"]+)" width="80" height="60"'
)

IN_VAIN = "Note: --pictures has no effect without an HTML report: add --report FILE.html."


def of_images(renamer: Command) -> list[tuple[str, str]]:
    """Return the requests about images."""
    return [request for request in renamer.requests if "image" in request[1]]


def pictures_of(page: Path) -> dict[str, bytes]:
    """Return the pictures of a page, by order."""
    return {order: base64.b64decode(data) for data, order in SHOWN.findall(page.read_text("utf-8"))}


@pytest.fixture
async def renamer(tmp_path: Path) -> AsyncIterator[Command]:
    """Serve a sandbox whose orders have images."""
    async with served(tmp_path, store=OrderStore(images=3)) as made:
        yield made


async def test_each_order_has_its_picture_beside_its_names(renamer: Command) -> None:
    """Asked for once each, after the last rename, at the address that costs nothing."""
    report = renamer.folder / "page.html"
    ran = await renamer.apply(renamer.sheet(renamer.seed(4)), "--pictures", "--report", report)
    assert ran.code == 0
    pictures = pictures_of(report)
    assert sorted(pictures) == ["order-1", "order-2", "order-3", "order-4"]
    assert len(set(pictures.values())) == 4
    asked = of_images(renamer)
    assert len(asked) == 4
    assert all(method == "GET" and FREE.fullmatch(path) for method, path in asked)
    assert renamer.requests[-4:] == asked
    assert renamer.sandbox.log.purchases == 0
    assert {drawn_picture(path.split("/")[3]) for _, path in asked} == set(pictures.values())


@pytest.mark.parametrize(
    ("words", "report", "notes"),
    [
        pytest.param([], "page.html", 0, id="not asked for"),
        pytest.param(["--pictures"], "report.xlsx", 1, id="a report without a page"),
    ],
)
async def test_no_image_is_asked_for_where_none_is_shown(
    renamer: Command, words: list[str], report: str, notes: int
) -> None:
    """The requests are those of any other run, the journal has no image, and a wish in vain is answered by a note."""
    sheet = renamer.sheet(renamer.seed(2))
    ran = await renamer.apply(sheet, *words, "--report", renamer.folder / report)
    assert (ran.code, ran.out.count(IN_VAIN)) == (0, notes)
    assert of_images(renamer) == []
    if not words:
        assert b"-0000-4000-8000-" not in b"".join(part.read_bytes() for part in renamer.state.glob("journal*"))


async def test_every_command_that_reads_orders_has_pictures(renamer: Command) -> None:
    """A dry run, an undo and an audit, too; only `report` stays offline."""
    page = renamer.folder / "{id}.html"
    sheet = renamer.sheet(renamer.seed(2))
    words = ["--pictures", "--report", page, "--json"]
    for ran in (
        await renamer.plan(sheet, *words),
        await renamer.apply(sheet, *words),
        await renamer.do("audit", *words),
        await renamer.do("undo", *words),
    ):
        assert ran.code == 0
        assert sorted(pictures_of(renamer.folder / f"{ran.result['run_id']}.html")) == ["order-1", "order-2"]
    assert all(FREE.fullmatch(path) for _, path in of_images(renamer))
    refused = await renamer.run("report", "--pictures")
    assert (refused.code, "--pictures" in refused.err) == (2, True)


async def test_a_failed_picture_changes_no_exit_code(tmp_path: Path) -> None:
    """It is said once, on the screen and on the page."""
    async with served(tmp_path, store=OrderStore(images=3), rules=ApiRules(pictures=False)) as renamer:
        report = renamer.folder / "page.html"
        ran = await renamer.apply(renamer.sheet(renamer.seed(20)), "--pictures", "--report", report)
        assert ran.code == 0
        assert ran.out.count("The HTML report has no pictures: 404 Not Found.") == 1
        assert "0 of 20 orders with photos: the API gave no more (404 Not Found)." in report.read_text("utf-8")
        assert "<img" not in report.read_text("utf-8")
        assert len(of_images(renamer)) < 20


async def test_orders_without_images_are_said_to_have_none(tmp_path: Path) -> None:
    """An account of an older version may not show them."""
    async with served(tmp_path, rules=ApiRules(omit={"images"})) as renamer:
        report = renamer.folder / "page.html"
        assert (await renamer.apply(renamer.sheet(renamer.seed(2)), "--pictures", "--report", report)).code == 0
        assert "The API named no photo of these orders." in report.read_text("utf-8")
        assert of_images(renamer) == []


async def test_a_run_that_is_resumed_has_the_pictures_of_all_its_orders(renamer: Command) -> None:
    """The journal keeps the ids of the images that were seen before the process was killed."""
    report = renamer.folder / "page.html"
    sheet = renamer.sheet(renamer.seed(6))
    gate = renamer.hold_renames(first=3)
    async with renamer.start(
        *renamer.line("apply", sheet, "--pictures", "--report", report, "--workers", "1")
    ) as first:
        await gate.until_waiting(1)
        first.process.kill()
        await first.process.wait()
    gate.open()
    assert (await renamer.do("resume", "--pictures")).code == 0
    assert len(pictures_of(report)) == 6
