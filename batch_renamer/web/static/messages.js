// @ts-check
/** Messages to the user: errors where they belong, and for screen readers what has changed out of their sight. */

/**
 * Show the sentence of an error, or take it away: in the nearest place for errors around what it is about.
 * @param {unknown} error undefined takes the last one away
 * @param {Element | null} [about] the form or button that it is about
 */
export function showError(error, about = null) {
  const place = placeNear(about) ?? document.getElementById("errors");
  if (!place) return;
  place.textContent = error === undefined ? "" : sentence(error);
  if (error !== undefined) place.scrollIntoView({ block: "nearest" });
}

/**
 * Tell a screen reader, when it has finished what it is saying.
 * @param {string | null | undefined} text
 */
export function announce(text) {
  const place = document.getElementById("told");
  if (place && text) place.textContent = text;
}

/** @param {Element | null} about */
function placeNear(about) {
  for (let around = about; around && around.localName !== "body"; around = around.parentElement) {
    const place = around.querySelector("[role=alert]");
    if (place?.isConnected) return place; // else its page was left, or made anew
  }
  return null;
}

/** @param {unknown} error */
const sentence = (error) => (error instanceof Error ? error.message : `${error}`);
