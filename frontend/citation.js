/**
 * How a snapshot is cited.
 *
 * @param {{title: string, link: string, created: string, version: string}} snapshot created: as 2026-01-31
 */
export const citation = ({ title, link, created, version }) =>
  `“${title}”, Farback ${version} snapshot, ${created}. ${link}`.trimEnd();
