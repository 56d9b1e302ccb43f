/**
 * The height of what a frame shows, told from within it and read around it. There is no standard for that, so it is told
 * in every form that course sites know.
 */

/** Lowest and largest height that is believed, in pixels: a frame must stay visible, and not bury the page around it. */
const [LEAST, MOST] = [80, 20_000];

/**
 * The forms in which a height is told.
 *
 * @type {((height: number) => Record<string, unknown>)[]}
 */
const FORMS = [
  (height) => ({ context: "iframe.resize", height }),
  (height) => ({ type: "setHeight", method: "setHeight", height }),
  // Canvas and others that follow LTI's way.
  (height) => ({ subject: "lti.frameResize", height }),
];

/**
 * @param {number} height in pixels
 * @returns {Record<string, unknown>[]} the messages that tell it
 */
export const messagesOf = (height) => FORMS.map((form) => form(height));

/**
 * The height that a message asks for.
 *
 * @param {unknown} message as it came: anything, and from anybody
 * @returns {number | null} in pixels; null where it is about something else
 */
export function heightIn(message) {
  const told = typeof message === "string" ? parsed(message) : message;
  if (typeof told !== "object" || told === null) return null;
  const { context, type, method, subject, height } = /** @type {Record<string, unknown>} */ (told);
  const asks =
    context === "iframe.resize" ||
    [type, method, subject].includes("setHeight") ||
    subject === "lti.frameResize" ||
    type === "lti.frameResize";
  const pixels = typeof height === "string" ? Number.parseFloat(height) : height;
  if (!asks || typeof pixels !== "number" || !Number.isFinite(pixels) || pixels <= 0) return null;
  return Math.ceil(Math.min(Math.max(pixels, LEAST), MOST));
}

/** Some send JSON as text. @param {string} text */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/**
 * Tells the page around this one how high its content is, now and whenever that changes. It is nobody's secret, so it is
 * told to whoever it is.
 *
 * The body is measured and not the document, which is never lower than its frame: what grew could not shrink again.
 */
export function tellHeight() {
  if (window.parent === window) return;
  let told = 0;
  new ResizeObserver(() => {
    const height = Math.ceil(document.body.getBoundingClientRect().height);
    if (height === told) return;
    told = height;
    for (const message of messagesOf(height)) window.parent.postMessage(message, "*");
  }).observe(document.body);
}
