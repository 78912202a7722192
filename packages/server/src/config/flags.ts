import { parseArgs } from 'node:util'
import { ConfigError } from './config-error.ts'
import type { Variable } from './variable.ts'
import { variables } from './variables.ts'

/**
 * Reads command line flags: `--port 8181`, `--port=8181`, `--insecure-anonymous`, `--no-verify-metadata-files`. Every
 * variable but the secrets has one.
 *
 * @returns variable names with their texts
 * @throws ConfigError for a flag that does not exist, lacks its value, or for anything that is not a flag
 */
export function parseFlags(args: readonly string[]): Readonly<Record<string, string>> {
  const known = Object.values<Variable<unknown>>(variables).flatMap((variable) =>
    variable.flag === undefined ? [] : [[variable.flag, variable] as const],
  )
  const byFlag = new Map(known)
  const options = known.map(([flag, { isSwitch }]) => [
    flag,
    { type: isSwitch ? 'boolean' : 'string' } as const,
  ])
  const { tokens } = parseArgs({
    args: [...args],
    options: Object.fromEntries(options) as Record<string, { type: 'boolean' | 'string' }>,
    strict: false,
    allowNegative: true,
    tokens: true,
  })
  const values: Record<string, string> = {}
  const problems: string[] = []
  // What follows an unknown flag was most likely meant as its value.
  let afterUnknown = -1
  for (const token of tokens) {
    if (token.kind === 'option-terminator') continue
    if (token.kind === 'positional') {
      if (token.index === afterUnknown) continue
      problems.push(
        `Nothing is known to do with ${JSON.stringify(token.value)}: only flags are understood here.`,
      )
      continue
    }
    const negative = token.rawName.startsWith('--no-') && !byFlag.has(token.rawName.slice(2))
    const variable = byFlag.get(negative ? token.rawName.slice(5) : token.rawName.slice(2))
    if (variable === undefined || (negative && !variable.isSwitch)) {
      problems.push(unknown(token.rawName, [...byFlag.keys()]))
      afterUnknown = token.index + 1
    } else if (variable.isSwitch) values[variable.name] = token.value ?? String(!negative)
    else if (token.value === undefined || token.value === '')
      problems.push(`--${variable.flag} needs a value: ${variable.type}.`)
    else values[variable.name] = token.value
  }
  if (problems.length > 0) throw new ConfigError(problems)
  return values
}

function unknown(rawName: string, flags: readonly string[]): string {
  const name = rawName.replace(/^-+/, '')
  const near = flags.find((flag) => distance(flag, name) <= 2 || (name.length >= 3 && flag.startsWith(name)))
  const advice = near === undefined ? '--help lists them all' : `did you mean --${near}?`
  return `There is no flag ${rawName}: ${advice}${near === undefined ? '.' : ''}`
}

/** Levenshtein distance, for names in ASCII. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 0; i < a.length; i++) {
    const next = [i + 1]
    for (let j = 0; j < b.length; j++) {
      const replaced = (row[j] ?? 0) + (a[i] === b[j] ? 0 : 1)
      next.push(Math.min(replaced, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1))
    }
    row = next
  }
  return row.at(-1) ?? 0
}
