/**
 * Making and changing elements without a framework.
 */

/** @typedef {Node | string | null | undefined | false} Child */

/**
 * A new element. Attributes that start with `on` are listeners, a boolean attribute is there or not.
 *
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, any>} [attributes]
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, String(value));
  }
  element.append(
    ...children.filter((child) => child || child === "").map((child) => /** @type {Node | string} */ (child)),
  );
  return element;
}

/**
 * Writes a text only where it changed: a write, even of the same text, costs a layout and talks to screen readers.
 *
 * @param {Element} element
 * @param {string} text
 */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * @param {Element} element
 * @param {string} name
 * @param {string | number | null} value null: taken away
 */
export function setAttribute(element, name, value) {
  if (value === null) element.removeAttribute(name);
  else if (element.getAttribute(name) !== String(value)) element.setAttribute(name, String(value));
}

/** @type {WeakMap<object, unknown[]>} */
const made = new WeakMap();

/**
 * Whether what is shown is made of other parts than when this was asked last: if not, nothing need be written.
 *
 * @param {object} shown
 * @param {unknown[]} parts
 */
export function changed(shown, parts) {
  const before = made.get(shown);
  made.set(shown, parts);
  return before?.length !== parts.length || parts.some((part, i) => part !== before[i]);
}

/**
 * Tells the page what a person did.
 *
 * @param {EventTarget} element
 * @param {string} name
 * @param {unknown} [detail]
 */
export function tell(element, name, detail) {
  element.dispatchEvent(new CustomEvent(`farback:${name}`, { bubbles: true, detail }));
}

/**
 * A button that sends the fields of the form around it, pressed or by Enter in one of them. A frame that is closed in
 * submits no form, not even one that stays in the page, but presses the button.
 *
 * @param {Record<string, any>} attributes
 * @param {() => unknown} send the fields are as they must be
 * @param {...Child} children
 */
export const sender = (attributes, send, ...children) =>
  make(
    "button",
    {
      type: "submit",
      ...attributes,
      onclick: (/** @type {Event} */ event) => {
        event.preventDefault();
        const { form } = /** @type {HTMLButtonElement} */ (event.currentTarget);
        if (form?.noValidate || form?.reportValidity()) send();
      },
    },
    ...children,
  );

/**
 * Asks before something that cannot be taken back.
 *
 * @param {string} question
 * @param {string} act what the button that goes ahead says
 * @returns {Promise<boolean>}
 */
export function confirmed(question, act) {
  const button = /** @param {string} value @param {string} text */ (value, text) =>
    make("button", { type: "submit", value, class: value, "data-testid": value }, text);
  const id = uniqueId("question");
  const dialog = make(
    "dialog",
    { class: "about", role: "alertdialog", "aria-labelledby": id, "data-testid": "confirm" },
    make(
      "form",
      { method: "dialog" },
      make("p", { id }, question),
      // What changes nothing comes first and has the focus.
      make("p", {}, button("keep", "Keep it"), " ", button("go", act)),
    ),
  );
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "go");
    });
  });
}

let count = 0;

/**
 * An id that no other element of the page has, for labels and descriptions.
 *
 * @param {string} word
 * @returns {string}
 */
export const uniqueId = (word) => `${word}-${++count}`;

/** Whether the person asked for less motion. */
export const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
