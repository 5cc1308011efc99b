// @ts-check
/** Reads the stream of events: figures of jobs are shown (live.js), and a page whose run has changed is fetched again. */

import { WrongToken, ask } from "./fetching.js";
import { showAtWork, showJob, standStill } from "./live.js";
import { TAB, onSaid, say } from "./tabs.js";
import { article, noteChange, refresh } from "./view.js";

const LOCK = "batch-renamer-events";
const LONGEST_START_MS = 700;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 5_000;

const ENDED =
  "batch-renamer has ended. Start it again as before, or ask the person who started it. Nothing is lost: an interrupted run can go on.";
const REPLACED = "This page belongs to a batch-renamer that has ended. Use the page that the new one opened.";

/** @type {(() => void) | undefined} */
let ready;

/**
 * Follow the events for as long as the page is open. One tab reads the stream for all: browsers allow few connections.
 * The promise is kept when no event can be missed any more, or when that takes too long: then the page can be fetched.
 */
export async function watchEvents() {
  onSaid("event", showEvent);
  onSaid("lost", showBanner);
  onSaid("token", () => (isClosed() || document.getElementById("lost")?.hidden === false) && location.reload());
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
  else if (name === "chosen") showChoice(data);
  else if (name === "hello") ready ? ready() : showChange(""); // what happened before the stream began was not told
}

/** @param {string | undefined} run "" where it is not said which */
function showChange(run) {
  noteChange();
  void showAtWork();
  const { run: shown, lists } = article()?.dataset ?? {};
  if (lists !== undefined || (shown && (!run || shown === run)) || isClosed()) void refresh();
}

/**
 * Show which rows of a plan another tab has checked; this one has shown already what it has done itself.
 * @param {Record<string, any>} choice
 */
function showChoice({ run, tab }) {
  if (tab === TAB) return;
  noteChange();
  if (article()?.dataset.run === run) void refresh();
}

/** @param {string} text "" takes it away */
function showBanner(text) {
  const banner = /** @type {HTMLElement} */ (document.getElementById("lost"));
  if (banner.textContent !== text) banner.textContent = text;
  banner.hidden = !text;
  standStill(text !== "");
}
