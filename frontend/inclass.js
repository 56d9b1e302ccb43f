/** What the address of a lesson says beside the lesson: the class that one reads in, and light or dark. */
const SAID = ["class", "theme"];

/**
 * Whoever reads in a class reads on in it: the links to lessons, and to the list of them, say it as well.
 *
 * @param {ParentNode} within
 * @param {string} [search] what they say; what this page's address says where it is left out
 */
export function keepClass(within, search = location.search) {
  const kept = [...new URLSearchParams(search)].filter(([name]) => SAID.includes(name));
  for (const link of /** @type {NodeListOf<HTMLAnchorElement>} */ (within.querySelectorAll('a[href*="learn"]'))) {
    // What is relative is on this server.
    if (!/^(embed\/)?learn(\/|$)/.test(link.getAttribute("href") ?? "")) continue;
    const address = new URL(link.href);
    for (const [name, value] of kept) address.searchParams.set(name, value);
    link.search = address.search;
  }
}
