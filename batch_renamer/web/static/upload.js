// @ts-check
/** Uploads a spreadsheet: chosen in `<form data-upload>`, or dropped anywhere on the page. It shows how far it is. */

import { accountName } from "./account.js";
import { go } from "./address.js";
import { NotReached, read, tokenHeader } from "./fetching.js";
import { showError } from "./telling.js";

/** @type {XMLHttpRequest | undefined} */
let uploading;

/** Listen to files that are chosen or dropped. */
export function watchUploads() {
  document.addEventListener("change", (event) => {
    const field = /** @type {HTMLInputElement} */ (event.target);
    if (field.type !== "file" || !field.closest("form[data-upload]")) return;
    if (field.files?.[0]) upload(field.files[0]);
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
    if (files.length === 1) upload(files[0]);
    else showError("Drop one spreadsheet at a time.", form());
  });
}

const form = () => document.querySelector("form[data-upload]");

/** @param {File} file */
function upload(file) {
  if (uploading) return;
  const request = (uploading = new XMLHttpRequest()); // fetch can't tell how much is sent
  const path = form()?.getAttribute("data-upload") ?? `/actions/sheets?account=${encodeURIComponent(accountName())}`;
  const { showPart, end } = shownProgress(file.name);
  showError(undefined, form());
  request.upload.onprogress = ({ loaded, total }) => showPart(loaded, total);
  request.onload = () => {
    try {
      go(read(request.status, request.responseText).go);
    } catch (error) {
      showError(error, form());
    }
  };
  request.onerror = () => showError(new NotReached(), form());
  request.onloadend = () => {
    uploading = undefined;
    end();
  };
  request.open("POST", path);
  for (const [name, value] of Object.entries(tokenHeader())) request.setRequestHeader(name, value);
  request.setRequestHeader("X-File-Name", encodeURIComponent(file.name));
  request.send(file);
}

/**
 * Show the part of a form that tells how far an upload is.
 * @param {string} name
 */
function shownProgress(name) {
  const place = /** @type {HTMLElement | null} */ (form()?.querySelector("[data-upload-progress]") ?? null);
  const bar = place?.querySelector("progress");
  const text = place?.querySelector("[data-upload-text]");
  if (place) place.hidden = false;
  form()?.setAttribute("aria-busy", "true");
  if (text) text.textContent = `Reading ${name} …`;
  return {
    /** @param {number} loaded @param {number} total */
    showPart(loaded, total) {
      if (!bar || !text || !total) return;
      bar.value = loaded / total;
      text.textContent = loaded < total ? `Reading ${name}: ${Math.floor((100 * loaded) / total)} %` : `Looking into ${name} …`;
    },
    end() {
      if (place) place.hidden = true;
      form()?.removeAttribute("aria-busy");
    },
  };
}
