// @ts-check
/** Keeps the place of the user when a part of the page is replaced: focus, caret, scroll, open parts, typed texts. */

/**
 * Remember the place within an element; the function that is returned takes it up again in the new content.
 * @param {HTMLElement} within
 * @param {{ keepsTyped?: boolean }} [options]
 * @returns {() => void}
 */
export function keptPlace(within, { keepsTyped = true } = {}) {
  const active = document.activeElement;
  const focused = active instanceof HTMLElement && active !== within && within.contains(active) ? key(active) : "";
  const caret = active instanceof HTMLInputElement && active.selectionStart !== null ? selection(active) : undefined;
  const fields = keepsTyped ? [...within.querySelectorAll("input, select, textarea")] : [];
  const typed = fields.filter(isTyped).map(keepValue);
  const opened = [...within.querySelectorAll("details[id]")].map((part) => [part.id, part.hasAttribute("open")]);
  const scrolled = [...within.querySelectorAll(".scroll[id]")].map((part) => [part.id, part.scrollLeft, part.scrollTop]);
  const top = window.scrollY;
  return () => {
    for (const restore of typed) restore(within);
    for (const [id, open] of opened) document.getElementById(`${id}`)?.toggleAttribute("open", Boolean(open));
    for (const [id, left, down] of scrolled) document.getElementById(`${id}`)?.scrollTo(Number(left), Number(down));
    window.scrollTo(0, top);
    if (!focused) return;
    const again = /** @type {HTMLElement | null} */ (within.querySelector(focused)) ?? within.querySelector("h1");
    again?.focus({ preventScroll: true });
    if (caret && again instanceof HTMLInputElement) again.setSelectionRange(...caret);
  };
}

/** @param {HTMLInputElement} field @returns {[number, number]} */
const selection = (field) => [field.selectionStart ?? 0, field.selectionEnd ?? 0];

/** The attributes that tell an element from all others of its page, the surest first. */
const TELLING = ["id", "data-row", "data-action", "data-opens", "data-download", "name", "href"];

/** @param {Element} element */
function key(element) {
  const attribute = TELLING.find((one) => element.getAttribute(one));
  if (element.localName === "h1") return "h1";
  if (attribute) return `${element.localName}[${attribute}="${CSS.escape(element.getAttribute(attribute) ?? "")}"]`;
  return element.localName === "summary" && element.parentElement?.id ? `#${CSS.escape(element.parentElement.id)} > summary` : "";
}

/** @param {Element} field */
function isTyped(field) {
  if (field instanceof HTMLSelectElement) return [...field.options].some((one) => one.selected !== one.defaultSelected && one.defaultSelected);
  if (field instanceof HTMLTextAreaElement) return field.value !== field.defaultValue;
  if (!(field instanceof HTMLInputElement) || field.type === "hidden" || field.type === "file" || field.dataset.row) return false;
  return field.type === "checkbox" ? field.checked !== field.defaultChecked : field.value !== field.defaultValue;
}

/** @param {Element} field @returns {(within: HTMLElement) => void} */
function keepValue(field) {
  const old = /** @type {HTMLInputElement} */ (field);
  const where = key(field) + (old.type === "checkbox" ? `[value="${CSS.escape(old.value)}"]` : "");
  const { value, checked } = old;
  return (within) => {
    const again = /** @type {HTMLInputElement | null} */ (where && within.querySelector(where));
    if (again) Object.assign(again, { value, checked });
  };
}
