// @ts-check
/** Shows what jobs are doing: figures go to their places, and a line for each job stands at the top of every page. */

import { ask } from "./fetching.js";
import { announce } from "./messages.js";
import { article, parse } from "./view.js";

const ANNOUNCED_EVERY_MS = 10_000;

let announcedAt = 0;
let announcedStage = "";

/** Keep what goes on between two events: the time since a job began, and which job the page itself shows. */
export function watchLive() {
  document.addEventListener("page-shown", markShown);
  setInterval(showElapsed, 1_000);
}

/**
 * Show the figures of a job wherever the page has places for them.
 * @param {Record<string, any>} figures
 */
export function showJob(figures) {
  for (const place of document.querySelectorAll(`[data-run="${CSS.escape(figures.run)}"]`)) {
    for (const [name, value] of Object.entries(figures)) {
      for (const spot of place.querySelectorAll(`[data-live="${CSS.escape(name)}"]`)) fill(/** @type {HTMLElement} */ (spot), value);
    }
    for (const bar of place.querySelectorAll("progress[data-live-bar]")) showBar(/** @type {HTMLProgressElement} */ (bar), figures);
  }
  if (article()?.dataset.run === figures.run) announceProgress(figures);
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

let isLost = false;

/**
 * Stand still while no server answers: its jobs are not at work, and can't be stopped.
 * @param {boolean} lost
 */
export function standStill(lost) {
  isLost = lost;
  for (const button of document.querySelectorAll("button[data-opens=stop]")) button.toggleAttribute("disabled", lost);
}

/** Show for how long jobs have been at work: `data-live-elapsed` beside `data-began`, in seconds since the epoch. */
function showElapsed() {
  if (isLost) return;
  for (const place of document.querySelectorAll("[data-live-elapsed]")) {
    const seconds = Math.max(0, Math.floor(Date.now() / 1_000 - Number(place.getAttribute("data-began"))));
    const [hours, minutes] = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60];
    place.textContent = hours ? `${hours} h ${minutes} min` : minutes ? `${minutes} min ${seconds % 60} s` : `${seconds} s`;
  }
}

/**
 * Tell a screen reader how far the job is, now and then.
 * @param {Record<string, any>} figures
 */
function announceProgress({ stage, done, total, left }) {
  if (stage === announcedStage && Date.now() - announcedAt < ANNOUNCED_EVERY_MS) return;
  [announcedAt, announcedStage] = [Date.now(), stage];
  const far = total ? `: ${done.toLocaleString("en")} of ${total.toLocaleString("en")}` : "";
  announce(`${stage}${far}.${left ? ` Time left: ${left}.` : ""}`);
}

/** Show at the top what is at work now. */
export async function showAtWork() {
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
