/**
 * Codes that show a snapshot elsewhere, to be copied.
 */

/** Height of an embed until it tells its own, in pixels. */
export const HEIGHT = 720;

/** In an attribute. @param {string} text */
const quoted = (text) => text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");

/** In Python or YAML. @param {string} text */
const string = (text) => JSON.stringify(text);

/**
 * @typedef {object} Shared
 * @property {string} base address of the server, with a slash at its end
 * @property {string} id of the snapshot
 * @property {string} title
 * @property {string} query of the embed: theme, what is hidden; empty for none
 * @property {"" | "/"} end of a page's address: on a site of files it is a folder
 */

/** @param {Shared} shared */
export const embedLink = ({ base, id, query, end }) => `${base}embed/${id}${end}${query && `?${query}`}`;

/**
 * A frame that is closed in: it may run scripts, and that is all.
 *
 * @param {Shared} shared
 */
const iframe = (shared) =>
  `<iframe src="${quoted(embedLink(shared))}" title="${quoted(shared.title)}" width="100%" height="${HEIGHT}" loading="lazy" sandbox="allow-scripts allow-popups allow-popups-to-escape-sandbox" style="border:0"></iframe>`;

/**
 * The codes by where they are pasted.
 *
 * @type {{name: string, hint: string, code: (shared: Shared) => string}[]}
 */
export const CODES = [
  { name: "iframe", hint: "any page", code: iframe },
  {
    name: "Element",
    hint: "any page; keeps its height right by itself",
    // Hosts of files let other sites read no modules; theirs is a plain script.
    code: (shared) =>
      `<script ${shared.end ? "async" : 'type="module"'} src="${quoted(shared.base)}element.js"></script>\n<farback-embed src="${quoted(embedLink(shared))}" title="${quoted(shared.title)}"></farback-embed>`,
  },
  {
    name: "Markdown, MyST",
    hint: "Jupyter Book, MyST, most Markdown with HTML",
    code: (shared) => `\`\`\`{raw} html\n${iframe(shared)}\n\`\`\``,
  },
  { name: "Quarto", hint: "a .qmd document", code: (shared) => `\`\`\`{=html}\n${iframe(shared)}\n\`\`\`` },
  {
    name: "Jupyter",
    hint: "a notebook's cell",
    code: (shared) =>
      `from IPython.display import IFrame\n\nIFrame(${string(embedLink(shared))}, width="100%", height=${HEIGHT})`,
  },
  {
    name: "Address",
    hint: "sites that know oEmbed make a figure of it",
    // A site of files has one answer for all addresses of a snapshot.
    code: ({ base, id, query, end }) => `${base}s/${id}${end}${query && !end && `?${query}`}`,
  },
];
