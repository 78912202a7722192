// C0, DEL and C1 steer terminals; the rest changes the direction or the place of what follows, or is not seen at all.
const unseen = /[\p{Cc}\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu

/** The text with whatever could steer a terminal or hide shown as `\u{1b}`. Names are chosen by other people. */
export function visible(text: string): string {
  return text.replaceAll(unseen, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`)
}

/** {@link visible}, but lines may break. */
export function visibleLines(text: string): string {
  return text.split('\n').map(visible).join('\n')
}

const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u
const combining = /^\p{M}$/u

/** Columns that a text without control characters takes on a terminal, as nearly as can be told without asking it. */
export function columnsOf(text: string): number {
  let columns = 0
  for (const character of text) columns += combining.test(character) ? 0 : wide.test(character) ? 2 : 1
  return columns
}
