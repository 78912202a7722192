import { invalid } from './field-error.ts'

/**
 * Characters that change or hide how a name looks: those that turn the direction of text, zero width space, word joiner
 * and byte order mark. The joiners U+200C and U+200D are parts of words in several scripts, and are allowed.
 */
const INVISIBLE = /[\p{Bidi_Control}\u200b\u2060\ufeff]/u

/**
 * Refuses a new name that looks like another one. Names that exist already are not checked: they stay reachable and can
 * be changed.
 *
 * @param what what it is the name of, for the message: `table name`, `branch name`
 * @throws {HeadgateError} bad-request
 */
export function checkNewName(name: string, what: string): string {
  const found = INVISIBLE.exec(name)?.[0].codePointAt(0)
  if (found === undefined) return name
  const code = `U+${found.toString(16).toUpperCase().padStart(4, '0')}`
  throw invalid(
    `Invalid ${what}: ${JSON.stringify(name.replaceAll(new RegExp(INVISIBLE, 'gu'), `<${code}>`).slice(0, 80))} contains ${code}, which is invisible or changes the direction of text. Leave it out.`,
  )
}
