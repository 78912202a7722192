// The control characters (`\p{Cc}`) control the terminal. The other characters change the direction or position of
// text, or are invisible.
const unsafe = /[\p{Cc}\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu

/**
 * Replaces characters that control a terminal or that are invisible with escapes such as `\u{1b}`. Names come from other
 * users, who could put such characters into them.
 */
export function visible(text: string): string {
  return text.replaceAll(unsafe, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`)
}

/** Replaces the same characters as {@link visible}, except line breaks. */
export function visibleLines(text: string): string {
  return text.split('\n').map(visible).join('\n')
}

const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u
const combining = /^\p{M}$/u

/** Estimates the terminal columns of a text without control characters. */
export function countColumns(text: string): number {
  let columns = 0
  for (const character of text) columns += combining.test(character) ? 0 : wide.test(character) ? 2 : 1
  return columns
}
