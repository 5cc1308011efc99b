// @ts-check
/**
 * Starts the page: the token is taken from the address, then each module listens for what it is about.
 *
 * A page is a fragment that the server makes. What its attributes do:
 *
 * - `<article data-title data-account data-account-title data-account-colour>`: title and account of the page (view.js,
 *   account.js). With `data-run="k3"` it is fetched again when that run has changed or another tab has chosen among
 *   its rows, with `data-lists` when any run has changed (events.js).
 * - `href="#/runs/k3"`: a move to `/pages/runs/k3` (address.js, view.js).
 * - `data-action` on a form or button, `data-json` on a button: a POST. The answer says what is next: `{go}`,
 *   `{refresh}`, `{counts}` for `data-count`, or `{error}` for the nearest `role=alert` (actions.js). A checkbox is sent
 *   as true or false, a field with `data-number` as a number; `data-also` on a button names one more field to send,
 *   `data-stop` the button that is there while the action is pending, and stops it.
 * - `data-into="#rows"` on a form or link: the answer is put there; `data-told` in it is spoken. `data-from` there says
 *   what it shows, and takes nothing else.
 *   A checked box with `data-stays` stays, whatever a link looks for (parts.js).
 * - `data-opens`, `data-closes`: dialogs (dialogs.js). `data-download` (downloads.js). `data-picture` (pictures.js).
 * - `data-live`, `data-live-bar`, `data-live-part`, `data-live-elapsed` within `data-run`: figures of a job (live.js).
 * - `data-choice` on a table, `data-row` and `data-rows-all` on its checkboxes (choice.js).
 * - `data-upload` on the form that takes spreadsheets (upload.js).
 */

import { watchActions } from "./actions.js";
import { onMove } from "./address.js";
import { watchChoices } from "./choice.js";
import { watchDialogs } from "./dialogs.js";
import { watchDownloads } from "./downloads.js";
import { watchEvents } from "./events.js";
import { watchLive } from "./live.js";
import { watchParts } from "./parts.js";
import { takeToken } from "./token.js";
import { watchUploads } from "./upload.js";
import { show } from "./view.js";

await takeToken();
watchActions();
watchChoices();
watchDialogs();
watchDownloads();
watchLive();
watchParts();
watchUploads();
await watchEvents();
onMove(show);
