/** Returns `text` with every match replaced by `fill`, repeated to the length of the match. Line breaks stay. */
export function mask(text: string, pattern: RegExp, fill = ' '): string {
  return text.replaceAll(pattern, (match) => match.replaceAll(/[^\n]/g, fill))
}

const codeSpan = /(?<ticks>`+)(?!`)[^\u2029]*?[^`]\k<ticks>(?!`)/g
const url = /\b[a-z][a-z0-9+.-]*:\/\/[^\s<>"')\]]*[^\s<>"')\].,;:!?]/g
const quotation = /"[^"\n\u2029]{1,200}"|“[^”\u2029]{1,200}”/g

/**
 * Masks the parts of a text that are not the author's prose: code spans, URLs and quotations. They become one word of
 * the letter x, because they are nouns of the sentence.
 */
export function maskInline(text: string): string {
  return [codeSpan, url, quotation].reduce((masked, pattern) => mask(masked, pattern, 'x'), text)
}
