import { CliError } from '../cli-error.ts'
import { exitCode } from '../exit-code.ts'
import { visible } from '../output/visible.ts'

/** Parsed name: the levels and the warehouse. `warehouse` is null if the text contains none. */
export interface DottedName {
  readonly warehouse: string | null
  readonly levels: readonly string[]
}

/**
 * Parses `sales.eu.orders` and `lakehouse/sales.eu.orders`. Dots separate the levels, a slash ends the warehouse. A level
 * that contains a dot, a slash or a quote is enclosed in double quotes, and quotes inside are doubled, as in SQL:
 * `sales."2026.01"."say ""hi"""`.
 *
 * @throws CliError for an incomplete name
 */
export function parseDotted(text: string): DottedName {
  const slash = unquotedSlash(text)
  const warehouse = slash === -1 ? null : text.slice(0, slash)
  if (warehouse === '' || warehouse?.includes('"') === true)
    throw invalidName(text, 'the text before the slash must be the name of a warehouse')
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
    if (level === '') throw invalidName(whole, 'a level is empty')
    levels.push(level)
    rest = rest.slice(taken.length)
    if (rest === '') return levels
    if (!rest.startsWith('.')) {
      throw invalidName(
        whole,
        'a level that contains a dot, a slash or a quote must be enclosed in double quotes',
      )
    }
    rest = rest.slice(1)
  }
}

function invalidName(text: string, why: string): CliError {
  return new CliError(exitCode.usage, `The name ${visible(text) || '""'} is not valid: ${why}.`, {
    next: `Write names like sales.orders, lakehouse/sales.orders or 'sales."2026.01"'.`,
  })
}

/** Formats levels so that {@link parseDotted} parses them. */
export function formatLevels(levels: readonly string[]): string {
  return levels.map((level) => (plain.test(level) ? level : `"${level.replaceAll('"', '""')}"`)).join('.')
}

// Names with blanks are quoted, so that their end is visible.
const plain = /^[^\s."/']+$/
