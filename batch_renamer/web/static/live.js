// @ts-check
/** Reads the stream of events: figures of jobs at work go to their places, and what has changed is fetched again. */

import { WrongToken, ask } from "./fetching.js";
import { onSaid, say } from "./tabs.js";
import { tell } from "./telling.js";
import { article, parse, refresh } from "./view.js";

const LOCK = "batch-renamer-events";
const LONGEST_START_MS = 700;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 5_000;
const TOLD_EVERY_MS = 10_000;

const ENDED =
  "batch-renamer has ended. Start it again as before, or ask the person who started it. Nothing is lost: an interrupted run can go on.";
const REPLACED = "This page belongs to a batch-renamer that has ended. Use the page that the new one opened.";

/** @type {(() => void) | undefined} */
let ready;

/**
 * Follow the events for as long as the page is open. One tab reads the stream for all: browsers allow few connections.
 * The promise is kept when no event can be missed any more, or when that takes too long: then the page can be fetched.
 */
export async function watchLive() {
  onSaid("event", showEvent);
  onSaid("lost", showBanner);
  onSaid("token", () => (isClosed() || document.getElementById("lost")?.hidden === false) && location.reload());
  document.addEventListener("page-shown", markShown);
  setInterval(showElapsed, 1_000);
  const { held = [] } = await navigator.locks.query();
  const isReadByOther = held.some(({ name }) => name === LOCK);
  void navigator.locks.request(LOCK, readForAll);
  if (!isReadByOther) {
    await new Promise((resolve) => {
      ready = () => resolve(undefined);
      setTimeout(ready, LONGEST_START_MS);
    });
  }
  ready = undefined;
  void showAtWork();
}

/** Read the stream, again and again while the server does not answer. A tab with an old token leaves it to others. */
async function readForAll() {
  for (let wait = FIRST_WAIT_MS; ; wait = Math.min(2 * wait, LONGEST_WAIT_MS)) {
    try {
      await readStream(() => (wait = FIRST_WAIT_MS));
    } catch (error) {
      ready?.();
      if (error instanceof WrongToken) return showBanner(article() && !isClosed() ? REPLACED : "");
    }
    showBanner(ENDED);
    say("lost", ENDED);
    await new Promise((resolve) => setTimeout(resolve, wait));
  }
}

/** Tell whether nothing but how to open the page is shown. */
const isClosed = () => article()?.dataset.open !== undefined;

/**
 * Read the stream until it ends.
 * @param {() => void} connected
 */
async function readStream(connected) {
  const answer = await ask("/events");
  if (!answer.ok || !answer.body) throw new Error(`${answer.status}`);
  connected();
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  for (let text = ""; ; ) {
    const { value, done } = await reader.read();
    if (done) return;
    const whole = (text + value).replaceAll("\r\n", "\n").split("\n\n");
    text = whole.pop() ?? "";
    for (const lines of whole) {
      const event = parsed(lines.split("\n"));
      if (!event) continue;
      showEvent(event);
      say("event", event);
    }
  }
}

/**
 * Return an event of the stream; nothing for a comment, which only keeps the connection open.
 * @param {string[]} lines
 */
function parsed(lines) {
  /** @param {string} name */
  const field = (name) => lines.filter((line) => line.startsWith(`${name}:`)).map((line) => line.slice(name.length + 1).trim()).join("\n");
  return field("data") ? { name: field("event"), data: JSON.parse(field("data")) } : undefined;
}

/** @param {{ name: string, data: Record<string, any> }} event */
function showEvent({ name, data }) {
  showBanner("");
  if (name === "job") showJob(data);
  else if (name === "changed") showChange(data.run);
  else if (name === "hello") ready ? ready() : showChange(""); // what happened before the stream began was not told
}

/** @param {Record<string, any>} figures */
function showJob(figures) {
  for (const place of document.querySelectorAll(`[data-run="${CSS.escape(figures.run)}"]`)) {
    for (const [name, value] of Object.entries(figures)) {
      for (const spot of place.querySelectorAll(`[data-live="${CSS.escape(name)}"]`)) fill(/** @type {HTMLElement} */ (spot), value);
    }
    for (const bar of place.querySelectorAll("progress[data-live-bar]")) showBar(/** @type {HTMLProgressElement} */ (bar), figures);
  }
  if (article()?.dataset.run === figures.run) tellProgress(figures);
}

/** @param {HTMLElement} place @param {unknown} value */
function fill(place, value) {
  if (Array.isArray(value)) return fillList(place, value);
  const text = typeof value === "number" ? value.toLocaleString("en") : `${value ?? ""}`;
  if (place.textContent !== text) place.textContent = text;
  place.closest("[data-live-part]")?.toggleAttribute("hidden", text === "" || text === "0");
}

/** @param {HTMLElement} place @param {unknown[]} texts */
function fillList(place, texts) {
  if (place.children.length === texts.length && place.lastElementChild?.textContent === `${texts.at(-1)}`) return;
  const follows = place.scrollTop + place.clientHeight >= place.scrollHeight - 8;
  place.replaceChildren(
    ...texts.map((text) => {
      const line = document.createElement("li");
      line.textContent = `${text}`;
      return line;
    }),
  );
  if (follows) place.scrollTop = place.scrollHeight;
}

/** @param {HTMLProgressElement} bar @param {Record<string, any>} figures */
function showBar(bar, { done, total }) {
  if (!total) return bar.removeAttribute("value");
  bar.max = total;
  bar.value = done;
}

/** Show for how long jobs have been at work: `data-live-elapsed` beside `data-began`, in seconds since the epoch. */
function showElapsed() {
  for (const place of document.querySelectorAll("[data-live-elapsed]")) {
    const seconds = Math.max(0, Math.floor(Date.now() / 1_000 - Number(place.getAttribute("data-began"))));
    const [hours, minutes] = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60];
    place.textContent = hours ? `${hours} h ${minutes} min` : minutes ? `${minutes} min ${seconds % 60} s` : `${seconds} s`;
  }
}

let toldAt = 0;
let toldStage = "";

/**
 * Tell a screen reader how far the job is, now and then.
 * @param {Record<string, any>} figures
 */
function tellProgress({ stage, done, total, left }) {
  if (stage === toldStage && Date.now() - toldAt < TOLD_EVERY_MS) return;
  [toldAt, toldStage] = [Date.now(), stage];
  const far = total ? `: ${done.toLocaleString("en")} of ${total.toLocaleString("en")}` : "";
  tell(`${stage}${far}.${left ? ` Time left: ${left}.` : ""}`);
}

/** @param {string | undefined} run "" where it is not said which */
function showChange(run) {
  void showAtWork();
  const { run: shown, lists } = article()?.dataset ?? {};
  if (lists !== undefined || (shown && (!run || shown === run)) || isClosed()) void refresh();
}

/** Show at the top what is at work now. */
async function showAtWork() {
  const place = document.getElementById("at-work");
  const answer = await ask("/pages/at-work").catch(() => undefined); // the banner says that no server answers
  if (answer?.ok) place?.replaceChildren(parse(await answer.text()));
  markShown();
}

/** Mark the job that the page itself shows in full: a narrow window has no room to show it twice. */
function markShown() {
  for (const line of document.querySelectorAll("#at-work [data-run]")) {
    line.toggleAttribute("data-here", line.getAttribute("data-run") === article()?.dataset.run);
  }
}

/** @param {string} text "" takes it away */
function showBanner(text) {
  const banner = /** @type {HTMLElement} */ (document.getElementById("lost"));
  if (banner.textContent !== text) banner.textContent = text;
  banner.hidden = !text;
}
