// Owns writing text into XML, whatever the text: what XML cannot say is left out.

// oxlint-disable-next-line no-control-regex -- these are the ones that XML 1.0 forbids
const forbidden = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F\uFFFE\uFFFF]/g
const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' }

/** For the inside of elements and quoted attributes. */
export const xmlText = (text: string): string =>
  text.toWellFormed().replace(forbidden, '').replace(/[&<>"']/g, (letter) => entities[letter] ?? letter)
