// @ts-check
/** The account in use: that of the page if it names one, else the last one that this tab has chosen. */

const CHOSEN = "batch-renamer-account";

/**
 * Add the account that this tab uses to the address of a page that asks for one.
 * @param {string} path
 */
export function accountOf(path) {
  const [page, query] = path.split("?");
  const values = new URLSearchParams(query);
  if (page !== "/home" || values.has("account")) return path;
  const chosen = kept();
  if (chosen === null) return path;
  values.set("account", chosen.name);
  return `${page}?${values}`;
}

/**
 * Show the account of the page at the top.
 * @param {HTMLElement | null} article
 */
export function showAccount(article) {
  if (article?.dataset.accountTitle !== undefined) {
    const { account = "", accountTitle, accountColour } = article.dataset;
    sessionStorage.setItem(CHOSEN, JSON.stringify({ name: account, title: accountTitle, colour: Number(accountColour) }));
  }
  const shown = document.getElementById("account-in-use");
  const chosen = kept();
  if (!shown || chosen === null) return;
  shown.hidden = false;
  const badge = /** @type {HTMLElement} */ (shown.querySelector(".account"));
  badge.className = `account account-${chosen.colour}`;
  /** @type {HTMLElement} */ (badge.querySelector("b")).textContent = chosen.title;
  document.body.dataset.colour = `${chosen.colour}`;
}

/** @returns {{ name: string, title: string, colour: number } | null} */
const kept = () => JSON.parse(sessionStorage.getItem(CHOSEN) ?? "null");
