// @ts-check
/** Shows errors: in the form that they are about if it has a place for them, else at the end of the page. */

/**
 * Show the sentence of an error, or take it away.
 * @param {unknown} error undefined takes the last one away
 * @param {Element | null} [about] the form or button that it is about
 */
export function showError(error, about = null) {
  const own = about?.closest("form, dialog, section, article")?.querySelector("[role=alert]");
  const place = /** @type {HTMLElement | null} */ (own ?? document.getElementById("errors"));
  if (!place) return;
  place.textContent = error === undefined ? "" : sentence(error);
  if (error !== undefined) place.scrollIntoView({ block: "nearest" });
}

/** @param {unknown} error */
const sentence = (error) => (error instanceof Error ? error.message : `${error}`);
