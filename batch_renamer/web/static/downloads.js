// @ts-check
/** `data-download` fetches a file with the token and saves it under the name that the server gives it. */

import { ask, read } from "./fetching.js";
import { showError } from "./messages.js";

/** Listen to buttons that download. */
export function watchDownloads() {
  document.addEventListener("click", (event) => {
    const button = /** @type {Element} */ (event.target).closest("[data-download]");
    if (!(button instanceof HTMLElement) || button.getAttribute("aria-busy") === "true") return;
    event.preventDefault();
    void download(button, button.dataset.download ?? "");
  });
}

/** @param {HTMLElement} button @param {string} path */
async function download(button, path) {
  button.setAttribute("aria-busy", "true");
  showError(undefined, button);
  try {
    const answer = await ask(path);
    if (!answer.ok) read(answer.status, await answer.text());
    save(await answer.blob(), fileName(answer.headers.get("Content-Disposition") ?? ""));
  } catch (error) {
    showError(error, button);
  } finally {
    button.removeAttribute("aria-busy");
  }
}

/** @param {Blob} file @param {string} name */
function save(file, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000); // the browser may read it later than the click
}

/** @param {string} disposition */
function fileName(disposition) {
  const encoded = /filename\*=utf-8''([^;]+)/i.exec(disposition)?.[1];
  if (encoded) return decodeURIComponent(encoded);
  return /filename="?([^";]+)"?/i.exec(disposition)?.[1] ?? "report";
}
