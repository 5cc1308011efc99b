// @ts-check
/** Parts of a page: `data-into` on a form or link fetches a fragment into an element, and the address keeps the query. */

import { keepQuery, page } from "./address.js";
import { answered, ask } from "./fetching.js";
import { keptPlace } from "./focus.js";
import { announce, showError } from "./messages.js";
import { watchPictures } from "./pictures.js";
import { parse } from "./view.js";

const LEAST_BETWEEN_MS = 80;
const ROWS_AT_ONCE = 30; // about a window full

/** @type {Map<string, AbortController>} */
const pending = new Map();
let typing = 0;
let fetchedAt = 0;

/** Listen to forms and links that fetch a part. */
export function watchParts() {
  document.addEventListener("input", (event) => {
    const form = formOf(event);
    if (!form) return;
    clearTimeout(typing); // the first letter is looked for at once, those that follow fast together
    typing = setTimeout(() => fetchForm(form), fetchedAt + LEAST_BETWEEN_MS - Date.now());
  });
  document.addEventListener("submit", (event) => {
    const form = formOf(event);
    if (!form) return;
    event.preventDefault();
    clearTimeout(typing);
    fetchForm(form);
  });
  document.addEventListener("click", (event) => {
    const link = /** @type {Element} */ (event.target).closest("a[data-into]");
    if (!(link instanceof HTMLAnchorElement) || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    void follow(link, event.detail > 0);
  });
}

/** @param {Event} event */
function formOf(event) {
  const form = /** @type {Element} */ (event.target).closest("form");
  return form?.dataset.into ? form : undefined;
}

/** @param {HTMLFormElement} form */
function fetchForm(form) {
  fetchedAt = Date.now();
  const query = new URLSearchParams();
  for (const [name, value] of new FormData(form)) if (typeof value === "string" && value) query.append(name, value);
  const where = form.getAttribute("action") ?? "";
  void fetchInto(form.dataset.into ?? "", query.size ? `${where}?${query}` : where, { isTyped: true });
}

/**
 * Fetch what a link leads to. The form that finds the same part shows what is asked for now; a link elsewhere on the
 * page brings the part into sight, and so does the mouse on a link to another page of it.
 * @param {HTMLAnchorElement} link
 * @param {boolean} byMouse
 */
async function follow(link, byMouse) {
  const into = link.dataset.into ?? "";
  const isElsewhere = !link.closest(into);
  const isToPage = link.closest(".pages") !== null;
  const where = withStaying(isElsewhere ? formFor(into) : null, link.getAttribute("href") ?? "");
  if (!(await fetchInto(into, where))) return;
  const form = formFor(into); // it may have been made anew since
  if (form) fill(form, new URLSearchParams(where.split("?")[1]));
  if (isElsewhere) (form ?? document.querySelector(into))?.scrollIntoView();
  else if (byMouse && isToPage) document.querySelector(into)?.scrollIntoView();
}

/** @param {string} into @returns {HTMLFormElement | null} */
const formFor = (into) => document.querySelector(`form[data-into="${into}"]`);

/**
 * Add to an address what stays chosen in a form whatever is looked for: its checked boxes with `data-stays`.
 * @param {HTMLFormElement | null} form
 * @param {string} address
 */
function withStaying(form, address) {
  const [where, query] = address.split("?");
  const all = new URLSearchParams(query);
  for (const field of form?.elements ?? []) {
    if (field instanceof HTMLInputElement && field.dataset.stays !== undefined && field.checked) all.append(field.name, field.value);
  }
  return all.size ? `${where}?${all}` : where;
}

/** @param {HTMLFormElement} form @param {URLSearchParams} query */
function fill(form, query) {
  for (const field of form.elements) {
    if (!(field instanceof HTMLInputElement) || field.type === "hidden") continue;
    if (field.type === "checkbox") field.checked = query.getAll(field.name).includes(field.value);
    else field.value = query.get(field.name) ?? "";
  }
}

/**
 * Fetch a part that is shown again.
 * @param {string} into
 */
export async function refetch(into) {
  const path = document.querySelector(into)?.getAttribute("data-from");
  if (path) await fetchInto(into, path);
}

/**
 * Fetch a fragment into an element; tell whether it is shown. Of several requests for it, the newest wins. What was
 * fetched before an action was answered is fetched again. While its reader is typing, its first rows are shown first.
 * What is asked for on a page is not for the next one, which may have an element of that name, too: `data-from` of the
 * element says what it shows.
 * @param {string} into
 * @param {string} path
 * @param {{ isTyped?: boolean }} [options]
 * @returns {Promise<boolean>}
 */
async function fetchInto(into, path, { isTyped = false } = {}) {
  pending.get(into)?.abort();
  const mine = new AbortController();
  pending.set(into, mine);
  try {
    const [askedOn, before] = [page(), answered()];
    const html = await (await ask(path, { signal: mine.signal })).text();
    if (page() !== askedOn) return false;
    if (!mine.signal.aborted && before !== answered()) return await fetchInto(into, path, { isTyped });
    const place = /** @type {HTMLElement | null} */ (document.querySelector(into));
    if (mine.signal.aborted || !place || !isOf(place, path)) return false;
    const fragment = parse(html);
    const showRest = isTyped ? withoutRest(fragment) : undefined;
    const restore = keptPlace(place);
    place.replaceChildren(fragment);
    restore();
    if (showRest) afterFrame(showRest);
    if (place.dataset.from !== undefined) place.dataset.from = path;
    keepQuery(new URLSearchParams(path.split("?")[1]));
    watchPictures(place);
    announce(place.querySelector("[data-told]")?.textContent);
    return true;
  } catch (error) {
    if (!mine.signal.aborted) showError(error);
    return false;
  }
}

/**
 * Tell whether an element can show what is at a path: it shows the same with another query, or does not say what.
 * @param {HTMLElement} place
 * @param {string} path
 */
function isOf(place, path) {
  const from = place.dataset.from ?? path;
  return from.split("?")[0] === path.split("?")[0];
}

/**
 * Take the rows of a table that no window shows at first out of a fragment; the function that is returned adds them.
 * A browser needs three times as long for a hundred rows as for those that are in sight.
 * @param {DocumentFragment} fragment
 */
function withoutRest(fragment) {
  const body = fragment.querySelector("tbody");
  const rest = [...(body?.children ?? [])].slice(ROWS_AT_ONCE);
  if (rest[0]?.matches(".others")) rest.shift(); // it belongs to the row before
  for (const row of rest) row.remove();
  return () => body?.append(...rest);
}

/** @param {() => void} act called for the frame after the next one */
const afterFrame = (act) => requestAnimationFrame(() => requestAnimationFrame(act));
