import { CliError } from '../cli-error.ts'
import { exitCode } from '../exit-code.ts'
import { visible } from '../output/visible.ts'

/** Parsed name: its levels, and its warehouse or null if the text contains no warehouse. */
export interface DottedName {
  readonly warehouse: string | null
  readonly levels: readonly string[]
}

/**
 * Parses a name such as `sales.eu.orders` or `lakehouse/sales.eu.orders`. Dots separate the levels, and a slash ends
 * the warehouse. A level that contains a dot, a slash or a quote must be in double quotes, with quotes inside doubled,
 * as in SQL: `sales."2026.01"."say ""hi"""`.
 *
 * @throws CliError for a name that is not valid
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

/** Formats levels as a text that {@link parseDotted} parses to the same levels. */
export function formatLevels(levels: readonly string[]): string {
  return levels.map((level) => (plain.test(level) ? level : `"${level.replaceAll('"', '""')}"`)).join('.')
}

// Names with white space are quoted too, so that a reader sees where they end.
const plain = /^[^\s."/']+$/
