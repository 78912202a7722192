/** Returns a text in which `fill` replaces each character of every match. Preserves line breaks. */
export function mask(text: string, pattern: RegExp, fill = ' '): string {
  return text.replaceAll(pattern, (match) => match.replaceAll(/[^\n]/g, fill))
}

const codeSpan = /(?<ticks>`+)(?!`)[^\u2029]*?[^`]\k<ticks>(?!`)/g
const url = /\b[a-z][a-z0-9+.-]*:\/\/[^\s<>"')\]]*[^\s<>"')\].,;:!?]/g
const quotation = /"[^"\n\u2029]{1,200}"|“[^”\u2029]{1,200}”/g

/**
 * Masks code spans, URLs and quotations in a text, because the rules apply only to the author's own prose. Each
 * becomes one word of the letter x, which stands for a noun in the sentence.
 */
export function maskInline(text: string): string {
  return [codeSpan, url, quotation].reduce((masked, pattern) => mask(masked, pattern, 'x'), text)
}
