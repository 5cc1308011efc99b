// @ts-check
/** Shows pages: fetches the fragment of the address into `<main>`. The newest request wins; an older answer is dropped. */

import { accountOf, showAccount } from "./account.js";
import { path } from "./address.js";
import { NotReached, WrongToken, answered, ask } from "./fetching.js";
import { keptPlace } from "./focus.js";
import { announce } from "./messages.js";
import { watchPictures } from "./pictures.js";

const SLOW_MS = 500;

/** @type {AbortController | undefined} */
let pending;
let slow = 0;
let pendingMoved = false;
let waitsForDialog = false;
let changes = 0;

/** Return the article that is shown. */
export const article = () => /** @type {HTMLElement | null} */ (document.querySelector("main > article"));

/** Show the page of the address; its heading gets the focus. */
export const show = () => load({ moved: true, keepsTyped: false });

/** Notice that a run has changed: a page that is on its way may show what was before. */
export const noteChange = () => (changes += 1);

/** Fetch the page that is shown again; focus, scroll and, if wanted, what was typed stay. */
export function refresh({ keepsTyped = true } = {}) {
  if (document.querySelector("dialog[open]")) {
    waitsForDialog = true; // what is being decided does not change under the user's hands
    return Promise.resolve();
  }
  return load({ moved: false, keepsTyped });
}

/** Fetch the page again if something changed while a dialog was open. */
export function refreshAfterDialog() {
  if (waitsForDialog) void refresh();
  waitsForDialog = false;
}

/** @param {{ moved: boolean, keepsTyped: boolean }} options */
async function load({ moved, keepsTyped }) {
  pending?.abort();
  const mine = (pending = new AbortController());
  pendingMoved = moved ||= pendingMoved; // a move that is not over when the page changes stays a move
  const main = /** @type {HTMLElement} */ (document.getElementById("main"));
  if (moved) showBusy(main);
  /** @type {DocumentFragment} */
  let fragment;
  try {
    fragment = parse(await newest(mine.signal));
  } catch (error) {
    if (mine.signal.aborted) return;
    if (!moved && error instanceof NotReached) return; // the banner says it, and what is shown stays readable
    fragment = fixed(error instanceof WrongToken ? "page-without-token" : "page-not-reached");
  }
  if (mine.signal.aborted) return;
  if (!moved && document.querySelector("dialog[open]")) {
    waitsForDialog = true; // it was opened while the answer was on its way
    return;
  }
  pendingMoved = false;
  place(main, fragment, moved ? undefined : keptPlace(main, { keepsTyped }));
}

/**
 * Fetch the page of the address. Where another part of it was looked for meanwhile, an action was answered, or a run has
 * changed, the page may show what was before: it is fetched again.
 * @param {AbortSignal} signal
 */
async function newest(signal) {
  for (;;) {
    const [asked, before, changesBefore] = [path(), answered(), changes];
    const html = await (await ask(`/pages${accountOf(asked)}`, { signal })).text();
    if (asked === path() && before === answered() && changesBefore === changes) return html;
  }
}

/** @param {HTMLElement} main @param {DocumentFragment} fragment @param {(() => void) | undefined} restore the place, unless the user has moved */
function place(main, fragment, restore) {
  main.replaceChildren(fragment);
  main.removeAttribute("aria-busy");
  clearTimeout(slow);
  main.classList.remove("slow");
  const shown = article();
  document.title = shown?.dataset.title ? `${shown.dataset.title} · batch-renamer` : "batch-renamer";
  showAccount(shown);
  markPart();
  if (restore) restore();
  else {
    document.getElementById("errors")?.replaceChildren();
    window.scrollTo(0, 0);
    main.querySelector("h1")?.focus({ preventScroll: true });
  }
  watchPictures(main);
  document.dispatchEvent(new Event("page-shown"));
}

/** @param {HTMLElement} main */
function showBusy(main) {
  main.setAttribute("aria-busy", "true");
  clearTimeout(slow);
  slow = setTimeout(() => {
    main.classList.add("slow");
    announce("Loading …");
  }, SLOW_MS);
}

/** Say in the navigation which part the page belongs to. */
function markPart() {
  const part = path().split(/[/?]/)[1];
  for (const link of document.querySelectorAll("[data-part]")) {
    if (link.getAttribute("data-part") === part) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}

/**
 * Make nodes of a fragment. Scripts in it are never run.
 * @param {string} html
 */
export function parse(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content;
}

/** @param {string} id */
function fixed(id) {
  const template = /** @type {HTMLTemplateElement} */ (document.getElementById(id));
  return /** @type {DocumentFragment} */ (template.content.cloneNode(true));
}
