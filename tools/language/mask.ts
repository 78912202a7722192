/** Returns `text` with each character of every match replaced by `fill`. Line breaks are kept. */
export function mask(text: string, pattern: RegExp, fill = ' '): string {
  return text.replaceAll(pattern, (match) => match.replaceAll(/[^\n]/g, fill))
}

const codeSpan = /(?<ticks>`+)(?!`)[^\u2029]*?[^`]\k<ticks>(?!`)/g
const url = /\b[a-z][a-z0-9+.-]*:\/\/[^\s<>"')\]]*[^\s<>"')\].,;:!?]/g
const quotation = /"[^"\n\u2029]{1,200}"|“[^”\u2029]{1,200}”/g

/**
 * Masks the parts of a text that are not the author's prose: code spans, URLs and quotations. Each such part becomes
 * one word of the letter x, because it stands for a noun in the sentence.
 */
export function maskInline(text: string): string {
  return [codeSpan, url, quotation].reduce((masked, pattern) => mask(masked, pattern, 'x'), text)
}
