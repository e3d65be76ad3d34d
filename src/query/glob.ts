// Owns what a glob matches: `*` any run of characters, `?` any one, everything else itself.

/** Whether the whole text fits. Takes at most text × glob steps, whatever the glob. */
export function matchesGlob(glob: string, text: string): boolean {
  let at = 0
  let place = 0
  let star = -1
  let retry = 0
  while (at < text.length) {
    if (place < glob.length && glob[place] === '*') {
      star = place++
      retry = at
    } else if (place < glob.length && (glob[place] === '?' || glob[place] === text[at])) {
      place += 1
      at += 1
    } else if (star >= 0) {
      place = star + 1
      at = ++retry
    } else return false
  }
  while (glob[place] === '*') place += 1
  return place === glob.length
}

/** Whether this was probably written for the original, which took regular expressions. */
export const looksLikeRegex = (glob: string): boolean => /\.[*+]|\\|\[.*\]|[(|^]|\$$/u.test(glob)
