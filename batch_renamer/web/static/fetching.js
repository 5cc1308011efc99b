// @ts-check
/** Asks the server: every request has the token, and every failure becomes an error with a sentence for the user. */

import { TAB } from "./tabs.js";
import { forget, token } from "./token.js";

/** The server said no, or could not; the message is for the user. */
export class Refused extends Error {}

/** No server answers. */
export class NotReached extends Error {
  constructor() {
    super("batch-renamer does not answer. Start it again with “batch-renamer web”.");
  }
}

/** The token is missing or is that of a server that has ended. */
export class WrongToken extends Error {
  constructor() {
    super("This page was not opened by the batch-renamer that runs now. Open the link that it printed.");
  }
}

/** The header that proves that the page was opened by this batch-renamer. */
export const tokenHeader = () => ({ "X-Batch-Renamer-Token": token() });

/**
 * Send a request; return the answer if it is one to show.
 * @param {string} path
 * @param {{ json?: unknown, signal?: AbortSignal }} [options] with `json` it is a POST
 * @returns {Promise<Response>}
 */
export async function ask(path, { json, signal } = {}) {
  const posts = json !== undefined;
  const sent = token();
  let answer;
  try {
    answer = await fetch(path, {
      method: posts ? "POST" : "GET",
      headers: posts ? { ...tokenHeader(), "X-Batch-Renamer-Tab": TAB, "Content-Type": "application/json" } : tokenHeader(),
      body: posts ? JSON.stringify(json) : undefined,
      signal,
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new NotReached();
  }
  if (answer.status === 403) {
    forget(sent);
    throw new WrongToken();
  }
  return answer;
}

let answeredActions = 0;

/** Return how many actions were answered so far: what was asked for before the last one may show what was before it. */
export const answered = () => answeredActions;

/**
 * Send an action; return what the server says is next.
 * @param {string} path
 * @param {unknown} json
 * @returns {Promise<Record<string, any>>}
 */
export async function act(path, json) {
  const answer = await ask(path, { json });
  const text = await answer.text();
  answeredActions += 1;
  return read(answer.status, text);
}

/**
 * Return the answer to an action, or raise the sentence that it has for the user.
 * @param {number} status
 * @param {string} text
 * @returns {Record<string, any>}
 */
export function read(status, text) {
  if (status === 403) throw new WrongToken();
  const said = parsed(text);
  if (status >= 400 || "error" in said) throw new Refused(said.error ?? `batch-renamer could not do that (${status}).`);
  return said;
}

/** @param {string} text @returns {Record<string, any>} */
function parsed(text) {
  try {
    return Object(JSON.parse(text));
  } catch {
    return {}; // an answer without JSON has nothing to say; its status does
  }
}
