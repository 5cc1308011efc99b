// @ts-check
/** Forms and buttons with `data-action`: they post, and then the page moves, is fetched again, or shows the error. */

import { go, page } from "./address.js";
import { act } from "./fetching.js";
import { announce, showError } from "./messages.js";
import { refetch } from "./parts.js";
import { refresh } from "./view.js";

/** Listen to forms and buttons that act. */
export function watchActions() {
  document.addEventListener("submit", (event) => {
    const form = /** @type {HTMLFormElement} */ (event.target);
    if (!form.dataset.action) return;
    event.preventDefault();
    const pressed = /** @type {HTMLButtonElement | null} */ (event.submitter);
    void perform(pressed ?? form, pressed?.dataset.action ?? form.dataset.action, fieldsOf(form));
  });
  document.addEventListener("click", (event) => {
    const button = /** @type {Element} */ (event.target).closest("button[data-action]");
    if (!(button instanceof HTMLButtonElement) || (button.form?.dataset.action && button.type === "submit")) return;
    event.preventDefault();
    const json = { ...JSON.parse(button.dataset.json ?? "{}"), ...fieldOf(button.dataset.also ?? "") };
    void perform(button, button.dataset.action ?? "", json);
  });
}

/**
 * Post an action once: while it is pending, a second press does nothing. What its answer says is not for another page.
 * @param {HTMLElement} from
 * @param {string} path
 * @param {unknown} json
 */
async function perform(from, path, json) {
  const whole = from instanceof HTMLButtonElement && from.type === "submit" ? (from.form ?? from) : from;
  if (whole.getAttribute("aria-busy") === "true") return;
  whole.setAttribute("aria-busy", "true");
  const stop = document.getElementById(from.dataset.stop ?? "");
  stop?.removeAttribute("hidden");
  showError(undefined, from);
  const pressedOn = page();
  try {
    const answer = await act(path, json);
    if (page() === pressedOn) await follow(answer, from);
  } catch (error) {
    showError(error, from);
  } finally {
    whole.removeAttribute("aria-busy");
    if (stop === document.activeElement) from.focus();
    stop?.setAttribute("hidden", "");
  }
}

/**
 * Do what the answer to an action says is next.
 * @param {Record<string, any>} answer
 * @param {Element | null} [from]
 */
export async function follow(answer, from = null) {
  if (answer.go || answer.refresh) /** @type {HTMLDialogElement | null} */ (from?.closest("dialog"))?.close();
  for (const [name, value] of Object.entries(answer.counts ?? {})) showCount(name, value);
  if (answer.go) go(answer.go);
  else if (typeof answer.refresh === "string") await refetch(answer.refresh);
  else if (answer.refresh) {
    await refresh({ keepsTyped: false }); // what was typed has been posted
    announce(document.querySelector("main .lead")?.textContent);
  }
}

/**
 * Return a field of the page that is sent with an action, by its id; nothing where there is none.
 * @param {string} id
 * @returns {Record<string, string>}
 */
export function fieldOf(id) {
  const field = document.getElementById(id);
  return field instanceof HTMLInputElement ? { [field.name]: field.value } : {};
}

/** @param {string} name @param {unknown} value */
function showCount(name, value) {
  for (const place of document.querySelectorAll(`[data-count="${CSS.escape(name)}"]`)) {
    if (place instanceof HTMLInputElement) place.value = `${value}`;
    else place.textContent = typeof value === "number" ? value.toLocaleString("en") : `${value}`;
  }
}

/** @param {HTMLFormElement} form */
function fieldsOf(form) {
  /** @type {Record<string, unknown>} */
  const fields = {};
  for (const field of form.elements) {
    if (!(field instanceof HTMLInputElement || field instanceof HTMLSelectElement || field instanceof HTMLTextAreaElement)) continue;
    if (!field.name || field.disabled) continue;
    fields[field.name] = valueOf(field);
  }
  return fields;
}

/** @param {HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement} field */
function valueOf(field) {
  if (field instanceof HTMLInputElement && field.type === "checkbox") return field.checked;
  return field.dataset.number === undefined ? field.value : Number(field.value);
}
