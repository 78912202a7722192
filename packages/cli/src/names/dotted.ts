import { CliError } from '../cli-error.ts'
import { exitCode } from '../exit-code.ts'
import { visible } from '../output/visible.ts'

/** A path of names in a warehouse. `warehouse` null: none was written. */
export interface DottedName {
  readonly warehouse: string | null
  readonly levels: readonly string[]
}

/**
 * Reads `sales.eu.orders` and `lakehouse/sales.eu.orders`. Dots part the levels, a slash ends the warehouse. A level
 * that holds a dot, a slash or a quote itself is put in double quotes, in which a quote is doubled, as in SQL:
 * `sales."2026.01"."say ""hi"""`.
 *
 * @throws CliError for a name that is not complete
 */
export function parseDotted(text: string): DottedName {
  const slash = unquotedSlash(text)
  const warehouse = slash === -1 ? null : text.slice(0, slash)
  if (warehouse === '' || warehouse?.includes('"') === true)
    throw broken(text, 'nothing but the name of a warehouse can stand before the slash')
  return { warehouse, levels: parseLevels(text.slice(slash + 1), text) }
}

function unquotedSlash(text: string): number {
  let quoted = false
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '"') quoted = !quoted
    else if (text[at] === '/' && !quoted) return at
  }
  return -1
}

function parseLevels(path: string, whole: string): string[] {
  const levels: string[] = []
  let rest = path
  for (;;) {
    const [, taken = '', quoted, bare] = /^("((?:[^"]|"")*)"|([^."/]*))/.exec(rest) ?? []
    const level = quoted === undefined ? (bare ?? '') : quoted.replaceAll('""', '"')
    if (level === '') throw broken(whole, 'a part of it is empty')
    levels.push(level)
    rest = rest.slice(taken.length)
    if (rest === '') return levels
    if (!rest.startsWith('.')) {
      throw broken(
        whole,
        'a name with a dot, a slash or a quote in it must stand in double quotes as a whole',
      )
    }
    rest = rest.slice(1)
  }
}

function broken(text: string, why: string): CliError {
  return new CliError(exitCode.usage, `The name ${visible(text) || '""'} cannot be read: ${why}.`, {
    next: `Write names like sales.orders, lakehouse/sales.orders or 'sales."2026.01"'.`,
  })
}

/** The levels as {@link parseDotted} reads them again. */
export function formatLevels(levels: readonly string[]): string {
  return levels.map((level) => (plain.test(level) ? level : `"${level.replaceAll('"', '""')}"`)).join('.')
}

// Blanks too, so that the end of a name can be seen.
const plain = /^[^\s."/']+$/
