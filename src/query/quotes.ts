// Owns which characters are quotes. Any of them ends what any of them began: phones and word processors turn them.

export const quoteMarks = '"“”„‟＂'
export const isQuote = (character: string): boolean => character !== '' && quoteMarks.includes(character)
const all = new RegExp(`[${quoteMarks}]`, 'gu')
export const replaceQuotes = (text: string, by: string): string => text.replace(all, by)
