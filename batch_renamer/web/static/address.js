// @ts-check
/** The address: `#/runs/k3?text=villa` shows `/pages/runs/k3?text=villa`. */

import { bringsToken } from "./token.js";

const HOME = "/home";

/** Return the path of the page that is shown, with its query. */
export const path = () => (location.hash.startsWith("#/") ? location.hash.slice(1) : HOME);

/** Return the path of the page that is shown, whatever is looked for on it. */
export const page = () => path().split("?")[0];

/**
 * Move to a page; to move to the page that is shown is to load it again.
 * @param {string} to
 */
export function go(to) {
  if (to === path()) window.dispatchEvent(new HashChangeEvent("hashchange"));
  else location.hash = to;
}

/**
 * Put a query into the address without a move, so that a reload shows the same.
 * @param {URLSearchParams} query
 */
export function keepQuery(query) {
  history.replaceState(null, "", `#${page()}${query.size ? `?${query}` : ""}`);
}

/**
 * Call a function now and at every move, back and forward too.
 * @param {() => void} moved
 */
export function onMove(moved) {
  let shown = path();
  window.addEventListener("hashchange", () => {
    if (bringsToken()) return location.reload();
    if (/^#[a-z-]+$/.test(location.hash)) {
      const skippedTo = document.getElementById(location.hash.slice(1));
      history.replaceState(null, "", `#${shown}`); // a link that skips to a place of the page is no move
      return skippedTo?.focus();
    }
    shown = path();
    moved();
  });
  moved();
}
