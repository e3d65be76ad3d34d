// Owns making text that strangers wrote fit to be printed.

/** One line that cannot command a terminal. */
export const printable = (text: string): string => text.replaceAll(/[\p{Cc}\u2028\u2029]+/gu, ' ')
