// Owns what a glob matches: `*` any run of characters, `?` any one (not half of one that takes two units), everything else itself.

const width = (text: string, at: number): number => ((text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1)

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
      at += glob[place] === '?' ? width(text, at) : 1
      place += 1
    } else if (star >= 0) {
      place = star + 1
      retry += width(text, retry)
      at = retry
    } else return false
  }
  while (glob[place] === '*') place += 1
  return place === glob.length
}

/** Whether this was probably written for the original, which took regular expressions. */
export const looksLikeRegex = (glob: string): boolean => /\.[*+]|\\|\[.*\]|[(|^]|\$$/u.test(glob)
