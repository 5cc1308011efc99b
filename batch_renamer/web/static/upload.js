// @ts-check
/** Uploads a spreadsheet: chosen in `<form data-upload>`, or dropped anywhere on the page. It shows how far it is. */

import { go } from "./address.js";
import { read, tokenHeader } from "./fetching.js";
import { announce, showError } from "./messages.js";

/** @type {XMLHttpRequest | undefined} */
let uploading;

/** Listen to files that are chosen or dropped. */
export function watchUploads() {
  document.addEventListener("change", (event) => {
    const field = /** @type {HTMLInputElement} */ (event.target);
    if (field.type !== "file" || !field.closest("form[data-upload]")) return;
    if (field.files?.[0]) void take(field.files[0]);
    field.value = ""; // the same file can be chosen again
  });
  document.addEventListener("click", (event) => {
    if (/** @type {Element} */ (event.target).closest("[data-upload-stop]")) uploading?.abort();
  });
  watchDrops();
}

function watchDrops() {
  const target = /** @type {HTMLElement} */ (document.getElementById("drop-anywhere"));
  let inside = 0; // entering a child fires before leaving its parent
  /** @param {DragEvent} event */
  const hasFile = (event) => event.dataTransfer?.types.includes("Files") ?? false;
  document.addEventListener("dragenter", (event) => {
    if (!hasFile(event)) return;
    inside += 1;
    target.hidden = false;
  });
  document.addEventListener("dragleave", (event) => {
    if (!hasFile(event)) return;
    inside -= 1;
    target.hidden = inside <= 0;
  });
  document.addEventListener("dragover", (event) => {
    if (hasFile(event)) event.preventDefault();
  });
  document.addEventListener("drop", (event) => {
    if (!hasFile(event)) return;
    event.preventDefault(); // else the browser leaves the page and opens the file
    inside = 0;
    target.hidden = true;
    const files = event.dataTransfer?.files ?? [];
    if (files.length === 1) void take(files[0]);
    else showError("Drop one spreadsheet at a time.", form());
  });
}

const form = () => /** @type {HTMLFormElement | null} */ (document.querySelector("form[data-upload]"));

/**
 * Send a file from the page that shows how far it is; a file that is dropped on another page leads there.
 * @param {File} file
 */
async function take(file) {
  if (uploading) return showError("A spreadsheet is on its way already.", form());
  if (!form()) {
    go("/home");
    await new Promise((shown) => document.addEventListener("page-shown", shown, { once: true }));
  }
  const place = form();
  if (!place) return; // the page says why the account takes none
  showError(undefined, place);
  const most = Number(place.dataset.largestBytes);
  if (file.size <= most) return send(file, place);
  const advice = "Remove pictures and unused sheets from it, or split it, and choose it again.";
  showError(`"${file.name}" is larger than ${most / 1_000_000} MB. ${advice}`, place);
}

/** @param {File} file @param {HTMLFormElement} place */
function send(file, place) {
  const request = (uploading = new XMLHttpRequest()); // fetch can't tell how much is sent
  const { showPart, end } = shownProgress(file.name, place);
  request.upload.onprogress = ({ loaded, total }) => showPart(loaded, total);
  request.onload = () => {
    try {
      go(read(request.status, request.responseText).go);
    } catch (error) {
      showError(error, form());
    }
  };
  request.onerror = () => showError(`“${file.name}” did not arrive as a whole. Choose it again.`, form());
  request.onloadend = () => {
    uploading = undefined;
    end();
  };
  request.open("POST", place.dataset.upload ?? "");
  for (const [name, value] of Object.entries(tokenHeader())) request.setRequestHeader(name, value);
  request.setRequestHeader("X-File-Name", encodeURIComponent(file.name));
  request.send(file);
}

/**
 * Show the part of a form that tells how far an upload is.
 * @param {string} name
 * @param {HTMLFormElement} place
 */
function shownProgress(name, place) {
  const part = /** @type {HTMLElement} */ (place.querySelector("[data-upload-progress]"));
  const bar = /** @type {HTMLProgressElement} */ (part.querySelector("progress"));
  const text = /** @type {HTMLElement} */ (part.querySelector("[data-upload-text]"));
  part.hidden = false;
  text.textContent = `Sending “${name}” …`;
  announce(text.textContent);
  return {
    /** @param {number} loaded @param {number} total */
    showPart(loaded, total) {
      bar.value = total ? loaded / total : 0;
      text.textContent = loaded < total ? `Sending “${name}”: ${Math.floor((100 * loaded) / total)} %` : `Reading “${name}” …`;
    },
    end() {
      if (part.contains(document.activeElement)) /** @type {HTMLElement} */ (place.querySelector("input[type=file]")).focus();
      part.hidden = true;
    },
  };
}
