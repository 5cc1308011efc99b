// @ts-check
/** Checkboxes of rows: one, a range with Shift, or all of the page. Each change is sent in the order in which it was made. */

import { fieldOf, follow } from "./actions.js";
import { page } from "./address.js";
import { act } from "./fetching.js";
import { showError } from "./messages.js";

const BOXES = "input[type=checkbox][data-row]";

/** @type {HTMLInputElement | undefined} */
let last;
let shift = false;
/** @type {Promise<void>} */
let sent = Promise.resolve();

/** Listen to checkboxes of rows. */
export function watchChoices() {
  document.addEventListener("keydown", (event) => {
    shift = event.shiftKey;
    step(event);
  });
  document.addEventListener("click", (event) => {
    const box = /** @type {Element} */ (event.target);
    if (!(box instanceof HTMLInputElement)) return;
    if (box.matches(BOXES)) choose(box, rangeTo(box, event.shiftKey || (event.detail === 0 && shift)));
    else if (box.dataset.rowsAll !== undefined) choose(box, boxesOf(box));
  });
}

/** @param {Element} within */
function boxesOf(within) {
  const found = within.closest("[data-choice]")?.querySelectorAll(BOXES) ?? [];
  return /** @type {HTMLInputElement[]} */ ([...found]).filter((box) => !box.disabled);
}

/** @param {HTMLInputElement} box @param {boolean} isRange */
function rangeTo(box, isRange) {
  const boxes = boxesOf(box);
  const from = isRange && last ? boxes.indexOf(last) : -1;
  const to = boxes.indexOf(box);
  last = box;
  return from < 0 ? [box] : boxes.slice(Math.min(from, to), Math.max(from, to) + 1);
}

/** @param {HTMLInputElement} pressed @param {HTMLInputElement[]} boxes */
function choose(pressed, boxes) {
  const { checked } = pressed;
  const before = boxes.map((box) => (box === pressed ? !checked : box.checked));
  const place = pressed.closest("[data-choice]")?.getAttribute("data-choice") ?? "";
  for (const box of boxes) box.checked = checked;
  const rows = boxes.map((box) => Number(box.dataset.row));
  const pressedOn = page();
  sent = sent.then(async () => {
    try {
      const answer = await act(place, { checked, rows, ...fieldOf("choice-seen") });
      if (page() !== pressedOn) return; // another page may have rows of these numbers, too
      boxes.forEach((box) => showAgain(box, checked));
      await follow(answer);
    } catch (error) {
      boxes.forEach((box, at) => (box.checked = before[at]));
      showError(error, pressed);
    }
  });
}

/**
 * Show a choice in the box that stands for one that was replaced while the choice was on its way.
 * @param {HTMLInputElement} box
 * @param {boolean} checked
 */
function showAgain(box, checked) {
  const again = document.querySelector(`${BOXES}[data-row="${CSS.escape(box.dataset.row ?? "")}"]`);
  if (!box.isConnected && again instanceof HTMLInputElement) again.checked = checked;
}

/**
 * Move between the checkboxes with the arrow keys.
 * @param {KeyboardEvent} event
 */
function step(event) {
  const box = /** @type {Element} */ (event.target);
  const way = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!way || !(box instanceof HTMLInputElement) || !box.matches(BOXES)) return;
  const boxes = boxesOf(box);
  const next = boxes[boxes.indexOf(box) + way];
  if (!next) return;
  event.preventDefault();
  next.focus();
}
