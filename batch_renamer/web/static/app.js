// @ts-check
/** Starts the page: the token is taken from the address, then each module listens for what it is about. */

import { watchActions } from "./actions.js";
import { onMove } from "./address.js";
import { watchChoices } from "./choice.js";
import { watchDialogs } from "./dialogs.js";
import { watchDownloads } from "./downloads.js";
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
watchParts();
watchUploads();
await watchLive();
onMove(show);
