import { ConfigError } from './config-error.ts'
import type { Env } from './env-type.ts'
import type { Variable } from './variable.ts'
import { variables } from './variables.ts'

/**
 * First step: reads and types every variable by name. An empty variable counts as not set; flags win over the
 * environment.
 *
 * @throws ConfigError with a sentence per variable that cannot be read
 */
export function readEnv(
  environment: Readonly<Record<string, string | undefined>>,
  flags: Readonly<Record<string, string>> = {},
): Env {
  const problems: string[] = []
  const entries = Object.entries<Variable<unknown>>(variables).map(([key, variable]) => {
    const flag = flags[variable.name]
    const given = flag ?? environment[variable.name]
    const text = given === undefined || given === '' ? variable.fallback : given
    if (text === undefined) return [key, null] as const
    try {
      return [key, variable.parse(text.trim())] as const
    } catch (error) {
      const source = flag === undefined ? variable.name : `--${variable.flag}`
      problems.push(`${source} must be ${expectation(error)}${butIs(variable, text)}.${hint(variable, text)}`)
      return [key, null] as const
    }
  })
  if (problems.length > 0) throw new ConfigError(problems)
  // Each key was read by the variable of that key.
  return Object.fromEntries(entries) as unknown as Env
}

/**
 * Names that begin like ours but are not: most likely misspelled. What Kubernetes sets for a Service called `headgate`
 * does not count.
 */
export function unknownVariables(
  environment: Readonly<Record<string, string | undefined>>,
): readonly string[] {
  const known = new Set<string>(Object.values<Variable<unknown>>(variables).map(({ name }) => name))
  return Object.keys(environment).filter(
    (name) => /^HEADGATE_(?!TEST_|SERVICE_|PORT_|URL$|WAREHOUSE$|CREDENTIAL)/.test(name) && !known.has(name),
  )
}

function expectation(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function butIs(variable: Variable<unknown>, text: string): string {
  return variable.flag === undefined ? '' : `, and is ${JSON.stringify(text)}`
}

function hint(variable: Variable<unknown>, text: string): string {
  if (variable.name !== 'HEADGATE_PORT' || !text.startsWith('tcp://')) return ''
  return ' Kubernetes sets it for a Service called headgate: set enableServiceLinks to false.'
}
