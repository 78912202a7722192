import { parseArgs } from 'node:util'
import { ConfigError } from './config-error.ts'
import { findSimilarName } from './similar-name.ts'
import type { Variable } from './variable.ts'
import { variables } from './variables.ts'

/**
 * Reads command line flags: `--port 8181`, `--port=8181`, `--insecure-anonymous`, `--no-verify-metadata-files`. Every
 * variable has a flag, except secrets.
 *
 * @returns the text of each value, by the name of its variable
 * @throws ConfigError for an unknown flag, a flag without its value, or an argument that is not a flag
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
  // The argument after an unknown flag is probably its value, so no second problem is reported for it.
  let valueOfUnknown = -1
  for (const token of tokens) {
    if (token.kind === 'option-terminator') continue
    if (token.kind === 'positional') {
      if (token.index === valueOfUnknown) continue
      problems.push(
        `The argument ${JSON.stringify(token.value)} is refused: the server accepts only flags, and --help lists all flags.`,
      )
      continue
    }
    const isNegated = token.rawName.startsWith('--no-') && !byFlag.has(token.rawName.slice(2))
    const variable = byFlag.get(isNegated ? token.rawName.slice(5) : token.rawName.slice(2))
    if (variable === undefined || (isNegated && !variable.isSwitch)) {
      problems.push(describeUnknownFlag(token.rawName, [...byFlag.keys()]))
      valueOfUnknown = token.index + 1
    } else if (variable.isSwitch) values[variable.name] = token.value ?? String(!isNegated)
    else if (token.value === undefined || token.value === '')
      problems.push(`--${variable.flag} needs a value: ${variable.type}.`)
    else values[variable.name] = token.value
  }
  if (problems.length > 0) throw new ConfigError(problems)
  return values
}

function describeUnknownFlag(rawName: string, flags: readonly string[]): string {
  const name = rawName.replace(/^-+/, '')
  const similar = findSimilarName(name, flags)
  const advice = similar === undefined ? '--help lists all flags.' : `did you mean --${similar}?`
  return `The flag ${rawName} is unknown: ${advice}`
}
