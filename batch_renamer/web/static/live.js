// @ts-check
/** Reads the stream of events: figures of jobs at work go to their places, and what has changed is fetched again. */

import { WrongToken, ask } from "./fetching.js";
import { article, parse, refresh } from "./view.js";

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 5_000;
const TOLD_EVERY_MS = 10_000;

const ENDED = "batch-renamer has ended. Start it again with “batch-renamer web”: this page goes on by itself, or use the page that opens. Nothing is lost.";
const REPLACED = "Another batch-renamer was started. Use the page that it opened, and close this one.";

/** Follow the events for as long as the page is open. */
export async function watchLive() {
  for (let wait = FIRST_WAIT_MS; ; wait = Math.min(2 * wait, LONGEST_WAIT_MS)) {
    const began = Date.now();
    try {
      await follow();
    } catch (error) {
      if (error instanceof WrongToken) return showBanner(article()?.dataset.title ? REPLACED : "");
    }
    showBanner(ENDED);
    if (Date.now() - began > LONGEST_WAIT_MS) wait = FIRST_WAIT_MS;
    await new Promise((resolve) => setTimeout(resolve, wait));
  }
}

let hadStream = false;

/** Read the stream until it ends. */
async function follow() {
  const answer = await ask("/events");
  if (!answer.ok || !answer.body) throw new Error(`${answer.status}`);
  showBanner("");
  if (hadStream) void refresh(); // what happened meanwhile was not told
  hadStream = true;
  void showAtWork();
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  for (let text = ""; ; ) {
    const { value, done } = await reader.read();
    if (done) return;
    const whole = (text + value).replaceAll("\r\n", "\n").split("\n\n");
    text = whole.pop() ?? "";
    whole.forEach(receive);
  }
}

/** @param {string} event */
function receive(event) {
  /** @param {string} field */
  const lines = (field) => event.split("\n").filter((line) => line.startsWith(`${field}:`)).map((line) => line.slice(field.length + 1).trim());
  const data = lines("data").join("\n");
  if (!data) return; // a comment that keeps the connection open
  const [name] = lines("event");
  if (name === "job") showJob(JSON.parse(data));
  else if (name === "changed") showChange(JSON.parse(data).run);
}

/** @param {Record<string, any>} figures */
function showJob(figures) {
  for (const place of document.querySelectorAll(`[data-run="${CSS.escape(figures.run)}"]`)) {
    for (const [name, value] of Object.entries(figures)) {
      for (const spot of place.querySelectorAll(`[data-live="${CSS.escape(name)}"]`)) fill(/** @type {HTMLElement} */ (spot), value);
    }
    for (const bar of place.querySelectorAll("progress[data-live-bar]")) showBar(/** @type {HTMLProgressElement} */ (bar), figures);
  }
  if (article()?.dataset.run === figures.run) tell(figures);
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

let toldAt = 0;
let toldStage = "";

/**
 * Tell a screen reader how far the job is, now and then.
 * @param {Record<string, any>} figures
 */
function tell({ stage, done, total, left }) {
  if (stage === toldStage && Date.now() - toldAt < TOLD_EVERY_MS) return;
  [toldAt, toldStage] = [Date.now(), stage];
  const far = total ? `: ${done.toLocaleString("en")} of ${total.toLocaleString("en")}` : "";
  const told = document.getElementById("told");
  if (told) told.textContent = `${stage}${far}.${left ? ` Time left: ${left}.` : ""}`;
}

/** @param {string} run "" where it is not said which */
function showChange(run) {
  void showAtWork();
  const shown = article();
  if (!run || shown?.dataset.run === run || shown?.dataset.lists !== undefined) void refresh();
}

/** Show at the top what is at work now. */
async function showAtWork() {
  const place = document.getElementById("at-work");
  const answer = await ask("/pages/at-work").catch(() => undefined); // the banner says that no server answers
  if (answer?.ok) place?.replaceChildren(parse(await answer.text()));
}

/** @param {string} text "" takes it away */
function showBanner(text) {
  const banner = /** @type {HTMLElement} */ (document.getElementById("lost"));
  if (banner.textContent !== text) banner.textContent = text;
  banner.hidden = !text;
}
