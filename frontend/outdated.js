/**
 * Sent in place of a page's script of a version that the server does not have any more: it was updated between the page
 * and its script.
 */

const [visit] = /** @type {PerformanceNavigationTiming[]} */ (performance.getEntriesByType("navigation"));
if (visit?.type !== "reload") location.reload();
else {
  const words = Object.assign(document.createElement("p"), {
    className: "error",
    textContent: "Farback was just updated: reload this page.",
  });
  words.setAttribute("role", "alert");
  document.querySelector("main")?.prepend(words);
}
