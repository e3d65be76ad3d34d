// Owns the host of a link: lower case, in the ASCII form of the URL standard, so that `http://Ümlaut.de` and
// `http://xn--mlaut-jva.de` are one host.

/** Undefined where the text is not an http(s) URL. */
export function hostOf(link: string): string | undefined {
  const url = URL.parse(link)
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) return undefined
  return url.hostname.endsWith('.') ? url.hostname.slice(0, -1) : url.hostname
}
