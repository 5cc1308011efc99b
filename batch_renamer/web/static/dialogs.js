// @ts-check
/** `data-opens` opens a dialog, `data-closes` closes it. The browser gives the focus back to the button that opened it. */

import { refreshAfterDialog } from "./view.js";

/** Listen to buttons that open and close dialogs. */
export function watchDialogs() {
  document.addEventListener("click", (event) => {
    const button = /** @type {Element} */ (event.target).closest("[data-opens], [data-closes]");
    if (!(button instanceof HTMLElement)) return;
    const { opens } = button.dataset;
    const dialog = opens ? document.getElementById(opens) : button.closest("dialog");
    if (!(dialog instanceof HTMLDialogElement)) return;
    if (opens) dialog.showModal();
    else dialog.close();
  });
  document.addEventListener("close", refreshAfterDialog, { capture: true }); // it does not bubble
}
