// @ts-check
/** The token that proves that the page was opened by the batch-renamer that runs now. It leaves the address at once. */

import { onSaid, say } from "./tabs.js";

const TOKEN = "batch-renamer-token";
const TABS_ANSWER_MS = 300;

/** Return the token, or "" where the page was opened without one. */
export const token = () => sessionStorage.getItem(TOKEN) ?? "";

/** Tell whether the address brings a token, or a code for one. */
export const bringsToken = () => /^#(token|code)=/.test(location.hash);

/**
 * Move the token from the address to the session's storage, so that no history or picture of the screen has it. A tab
 * that was opened without one asks the other tabs of this page.
 */
export async function takeToken() {
  onSaid("token?", () => token() && say("token", token()));
  onSaid("token", keep);
  const given = new URLSearchParams(location.hash.slice(1));
  if (bringsToken()) {
    history.replaceState(null, "", `#${given.get("path") ?? "/home"}`);
    const brought = given.get("token") ?? (await exchanged(given.get("code") ?? ""));
    if (brought) keep(brought);
    if (brought) say("token", brought); // tabs of a server that has ended go on with this one
  } else if (!token()) await fromOtherTabs();
}

/** Forget a token that the server refused. @param {string} refused */
export function forget(refused) {
  if (token() === refused) sessionStorage.removeItem(TOKEN);
}

/** @param {string} value */
const keep = (value) => sessionStorage.setItem(TOKEN, value);

/**
 * Return the token for a code that can be used once, or "" where it is too old.
 * @param {string} code
 * @returns {Promise<string>}
 */
async function exchanged(code) {
  const answer = await fetch("/opening", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ code }),
  });
  return answer.ok ? (await answer.json()).token : "";
}

/** @returns {Promise<void>} */
const fromOtherTabs = () =>
  new Promise((resolve) => {
    onSaid("token", () => resolve());
    say("token?");
    setTimeout(resolve, TABS_ANSWER_MS);
  });
