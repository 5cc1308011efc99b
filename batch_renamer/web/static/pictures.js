// @ts-check
/** `data-picture` is fetched when it comes into sight, a few at a time; pictures seen before are kept for a while. */

import { ask } from "./fetching.js";

const KEPT = 300;
const AT_ONCE = 4;

/** @type {Map<string, string>} the addresses of pictures in memory, by path, the oldest first */
const kept = new Map();
/** @type {HTMLImageElement[]} */
const waiting = [];
let fetching = 0;

const sight = new IntersectionObserver(
  (entries) => {
    for (const { target, isIntersecting } of entries) {
      if (!isIntersecting) continue;
      sight.unobserve(target);
      waiting.push(/** @type {HTMLImageElement} */ (target));
    }
    fetchNext();
  },
  { rootMargin: "200px" },
);

/**
 * Fetch the pictures within an element as they come into sight.
 * @param {HTMLElement} within
 */
export function watchPictures(within) {
  for (const picture of within.querySelectorAll("img[data-picture]")) {
    const image = /** @type {HTMLImageElement} */ (picture);
    const known = kept.get(image.dataset.picture ?? "");
    if (known) image.src = known;
    else sight.observe(image);
  }
}

function fetchNext() {
  while (fetching < AT_ONCE && waiting.length) {
    const image = waiting.shift();
    if (!image?.isConnected) continue; // the user has gone on
    fetching += 1;
    void load(image, image.dataset.picture ?? "").finally(() => {
      fetching -= 1;
      fetchNext();
    });
  }
}

/** @param {HTMLImageElement} image @param {string} path */
async function load(image, path) {
  try {
    const answer = await ask(path);
    if (answer.status !== 200) throw new Error("none");
    keep(path, URL.createObjectURL(await answer.blob()));
    image.src = kept.get(path) ?? "";
  } catch {
    image.classList.add("no-picture"); // an order without a picture is shown without one; its row says all the rest
  }
}

/** @param {string} path @param {string} address */
function keep(path, address) {
  kept.set(path, address);
  for (const [oldest, its] of kept) {
    if (kept.size <= KEPT) return;
    kept.delete(oldest);
    URL.revokeObjectURL(its);
  }
}
