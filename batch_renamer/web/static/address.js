// @ts-check
/** The address: `#/runs/k3?text=villa` shows `/pages/runs/k3?text=villa`. The token leaves it as soon as it is read. */

const HOME = "/home";
const TOKEN = "batch-renamer-token";

/** Move the token from the address to the session's storage, so that no history or screenshot has it. */
export function takeToken() {
  const given = new URLSearchParams(location.hash.slice(1));
  const token = given.get("token");
  if (token === null) return false;
  sessionStorage.setItem(TOKEN, token);
  history.replaceState(null, "", `#${given.get("path") ?? HOME}`);
  return true;
}

/** Return the token, or "" where the page was opened without one. */
export const token = () => sessionStorage.getItem(TOKEN) ?? "";

/** Return the path of the page that is shown, with its query. */
export const path = () => (location.hash.startsWith("#/") ? location.hash.slice(1) : HOME);

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
  const before = path().split("?")[0];
  history.replaceState(null, "", `#${before}${query.size ? `?${query}` : ""}`);
}

/**
 * Call a function now and at every move, back and forward too.
 * @param {() => void} moved
 */
export function onMove(moved) {
  window.addEventListener("hashchange", () => {
    if (location.hash === "#main") {
      document.getElementById("main")?.focus();
      history.replaceState(null, "", `#${lastPath}`);
      return;
    }
    if (takeToken()) location.reload();
    lastPath = path();
    moved();
  });
  moved();
}

let lastPath = path();
