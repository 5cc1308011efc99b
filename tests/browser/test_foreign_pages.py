"""A page of another origin, as any program on this machine or any web page may serve one, gets nothing out of ours."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import Page

from tests.support.browsing import Watched
from tests.support.browsing.small_site import small_site
from tests.support.served_page import served_page

pytestmark = pytest.mark.asyncio(loop_scope="session")

_FOREIGN = {"index.html": '<!doctype html><html lang="en"><title>Foreign</title><h1>Foreign</h1></html>'}
_ATTEMPTS = """async ({ours, token}) => {
  const header = {"X-Batch-Renamer-Token": token, "Content-Type": "application/json"};
  const ask = (path, options) => fetch(ours + path, options).then(answer => answer.status);
  const element = (tag, path) => new Promise((got, refused) => {
    const made = Object.assign(document.createElement(tag), {src: ours + path, onload: got, onerror: refused});
    document.body.append(made);
  });
  const attempts = {
    "the page": () => ask("/"),
    "data": () => ask("/pages/home"),
    "data, with the token": () => ask("/pages/home", {headers: header}),
    "events, with the token": () => ask("/events", {headers: header}),
    "an action, with the token": () => ask("/actions/runs/k1/stop", {method: "POST", headers: header, body: "{}"}),
    "an action, not asking first": () => ask("/actions/runs/k1/stop", {method: "POST", mode: "no-cors", body: "{}"}),
    "the page, not asking first": () => ask("/", {mode: "no-cors"}),
    "a script": () => element("script", "/static/app.js"),
    "a picture": () => element("img", "/static/icon.svg"),
  };
  const got = [];
  for (const [name, attempt] of Object.entries(attempts)) await attempt().then(() => got.push(name), () => {});
  return got;
}"""

_FRAMED = """url => new Promise(onload => {
  document.body.append(Object.assign(document.createElement("iframe"), {src: url, onload}));
})"""


async def test_a_foreign_page_reads_nothing(page: Page, watched: Watched, tmp_path: Path) -> None:
    """Whatever it tries, with the token or without: no answer of our server reaches its scripts."""
    watched.allow("")  # the browser says of each attempt why it was refused
    async with served_page(tmp_path) as served, small_site(_FOREIGN, policy="") as foreign:
        ours = {"ours": served.address.origin, "token": served.address.token}
        await page.goto(f"{foreign}/index.html")
        assert await page.evaluate(_ATTEMPTS, ours) == []
        await page.goto(served.address.link)
        assert len(await page.evaluate(_ATTEMPTS, ours)) == 9, "our own page can do all of it"


async def test_a_foreign_page_shows_nothing_of_ours(page: Page, watched: Watched, tmp_path: Path) -> None:
    """In a frame our page is not shown, and a window with our page can't be reached by the page that opened it."""
    watched.allow("")
    async with served_page(tmp_path) as served, small_site(_FOREIGN, policy="") as foreign:
        await page.goto(f"{foreign}/index.html")
        link = served.address.link
        await page.evaluate(_FRAMED, link)
        assert await page.frame_locator("iframe").get_by_role("heading").count() == 0
        async with page.expect_popup() as opening:
            await page.evaluate("url => { window.opened = window.open(url) }", link)
        await (await opening.value).wait_for_load_state()
        assert await page.evaluate("opened.closed"), "the window is still in the hands of the page that opened it"
        assert await (await opening.value).evaluate("opener") is None
