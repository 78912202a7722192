import { ConfigError } from './config-error.ts'
import type { Env } from './env-type.ts'
import type { ConfigFile } from './read-config-file.ts'
import type { Variable } from './variable.ts'
import { variables } from './variables.ts'

/**
 * Reads and parses every variable. It is the first step of the configuration. An empty variable counts as not set.
 * Flags override environment variables, which override the configuration file.
 *
 * @throws ConfigError with a sentence for each variable that cannot be read
 */
export function readEnv(
  environment: Readonly<Record<string, string | undefined>>,
  flags: Readonly<Record<string, string>> = {},
  file: ConfigFile | null = null,
): Env {
  const problems: string[] = []
  const entries = Object.entries<Variable<unknown>>(variables).map(([key, variable]) => {
    const { text = variable.fallback, source } = choose(variable, { environment, flags, file })
    if (text === undefined) return [key, null] as const
    try {
      return [key, variable.parse(text.trim())] as const
    } catch (error) {
      problems.push(
        `${source} must be ${describeError(error)}${quoteValue(variable, text)}.${findHint(variable, text)}`,
      )
      return [key, null] as const
    }
  })
  if (problems.length > 0) throw new ConfigError(problems)
  // The variable with the same key parsed the value, so the value has the type of the key.
  return Object.fromEntries(entries) as unknown as Env
}

interface Sources {
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly flags: Readonly<Record<string, string>>
  readonly file: ConfigFile | null
}

const secretNames: ReadonlySet<string> = new Set(
  Object.values<Variable<unknown>>(variables)
    .filter(({ flag }) => flag === undefined)
    .map(({ name }) => name),
)

/**
 * Returns the text of a variable, and the name of its source for error messages. Returns undefined when the variable is
 * not set.
 */
function choose(
  { name, flag, key }: Variable<unknown>,
  { environment, flags, file }: Sources,
): { readonly text: string | undefined; readonly source: string } {
  const fromFlag = flags[name]
  if (fromFlag !== undefined) return { text: fromFlag || undefined, source: `--${flag}` }
  const fromFile = file?.values[name]
  // A secret in an environment variable overrides the secret's file in the configuration file.
  const secretName = name.replace(/_FILE$/, '')
  const isReplaced = environment[name] || (secretNames.has(secretName) && environment[secretName])
  if (!isReplaced && fromFile) return { text: fromFile, source: `${key} in ${file.path}` }
  return { text: environment[name] || undefined, source: name }
}

/**
 * Returns names that begin with `HEADGATE_` but are not variables: they are probably misspelled. Variables of tests and
 * clients are omitted, and those that Kubernetes sets for a Service with the name `headgate`.
 */
export function findUnknownVariables(
  environment: Readonly<Record<string, string | undefined>>,
): readonly string[] {
  const known = new Set<string>(Object.values<Variable<unknown>>(variables).map(({ name }) => name))
  return Object.keys(environment).filter(
    (name) =>
      /^HEADGATE_(?!TEST_|SERVICE_|PORT_|URL$|WAREHOUSE$|LOGIN$|PROFILE$|CONFIG_DIR$|CREDENTIAL)/.test(
        name,
      ) && !known.has(name),
  )
}

function describeError(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** Returns the refused value in quotes for an error message. Secrets, which have no flag, are not quoted. */
function quoteValue(variable: Variable<unknown>, text: string): string {
  return variable.flag === undefined ? '' : `, but is ${JSON.stringify(text)}`
}

function findHint(variable: Variable<unknown>, text: string): string {
  if (variable.name !== 'HEADGATE_PORT' || !text.startsWith('tcp://')) return ''
  return ' Kubernetes sets this variable for a Service with the name headgate: set enableServiceLinks to false.'
}
