import { invalid } from './field-error.ts'

/**
 * Invisible characters, and characters that change the direction of text: bidirectional controls, zero width space, word
 * joiner and byte order mark. The joiners U+200C and U+200D are allowed, because words of several scripts need them.
 */
const INVISIBLE = /[\p{Bidi_Control}\u200b\u2060\ufeff]/u

/**
 * Refuses a new name with invisible characters, which make it look like another name. Callers do not check existing
 * names, which clients must still be able to load and rename.
 *
 * @param what kind of the name, for the error message: `table name`, `branch name`
 * @throws {HeadgateError} `bad-request`
 */
export function checkNewName(name: string, what: string): string {
  const found = INVISIBLE.exec(name)?.[0].codePointAt(0)
  if (found === undefined) return name
  const code = `U+${found.toString(16).toUpperCase().padStart(4, '0')}`
  throw invalid(
    `Invalid ${what}: ${JSON.stringify(name.replaceAll(new RegExp(INVISIBLE, 'gu'), `<${code}>`).slice(0, 80))} contains ${code}, which is invisible or changes the direction of text. Remove it.`,
  )
}
