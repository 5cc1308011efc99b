// @ts-check
/** What the tabs of this page tell each other: the token, and the events that one of them reads for all. */

/** Which tab this is: the server says of a choice of rows which tab has made it. */
export const TAB = crypto.randomUUID();

const channel = new BroadcastChannel("batch-renamer");

/**
 * Tell the other tabs.
 * @param {string} name
 * @param {unknown} [value]
 */
export const say = (name, value) => channel.postMessage({ name, value });

/**
 * Call a function with what another tab says.
 * @param {string} name
 * @param {(value: any) => void} heard
 */
export function onSaid(name, heard) {
  channel.addEventListener("message", ({ data }) => {
    if (data.name === name) heard(data.value);
  });
}
