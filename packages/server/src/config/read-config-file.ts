import { readFile } from 'node:fs/promises'
import { isMap, isScalar, LineCounter, type Node, parseDocument } from 'yaml'
import { ConfigError } from './config-error.ts'
import { findSimilarName } from './similar-name.ts'
import { listType, type Variable } from './variable.ts'
import { variables } from './variables.ts'

/** Settings from a configuration file. */
export interface ConfigFile {
  readonly path: string
  /** Text of each value, by the name of its variable. */
  readonly values: Readonly<Record<string, string>>
}

/**
 * Reads a configuration file. It is a YAML mapping in which each key belongs to a variable.
 *
 * @throws ConfigError with a sentence for each unknown key, each secret, and each value with a wrong YAML type
 */
export async function readConfigFile(path: string): Promise<ConfigFile> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new ConfigError([`The configuration file cannot be read: ${reason}.`], { cause })
  }
  return { path, values: parseConfigFile(text, path) }
}

/** Parses the text of a configuration file. Error messages contain `path`. */
export function parseConfigFile(text: string, path: string): Readonly<Record<string, string>> {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, version: '1.2' })
  const at = ([offset]: readonly [number, ...unknown[]]): string =>
    `${path}, line ${lines.linePos(offset).line}`
  const faults = document.errors.map(({ message, pos }) => `${at(pos)}: ${message.replace(/\.?$/, '.')}`)
  if (faults.length > 0) throw new ConfigError(faults)
  const { contents } = document
  if (contents === null) return {}
  if (!isMap<Node>(contents))
    throw new ConfigError([`${path} must be a YAML mapping of settings, such as \`port: 8181\`.`])
  const all = Object.values<Variable<unknown>>(variables)
  const byKey = new Map(all.map((variable) => [variable.key, variable]))
  const problems: string[] = []
  const values: Record<string, string> = {}
  for (const { key, value } of contents.items) {
    const name = isScalar(key) ? String(key.value) : String(key)
    const line = at(key.range ?? [0])
    const variable = byKey.get(name)
    const refusal = variable === undefined ? describeUnknownKey(name, [...byKey.keys()]) : refuseKey(variable)
    if (variable === undefined || refusal !== null) {
      problems.push(`${line}: ${refusal}`)
      continue
    }
    const result = toText(value, variable, () => value?.toJS(document))
    if (result === null) problems.push(`${line}: ${name} must be ${describeKind(variable)}.`)
    else values[variable.name] = result
  }
  if (problems.length > 0) throw new ConfigError(problems)
  return values
}

function describeUnknownKey(name: string, known: readonly string[]): string {
  // Users may also write the name of the variable, or the key in camel case.
  const kebab = name
    .replace(/^HEADGATE_/, '')
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1-$2')
    .replaceAll('_', '-')
    .toLowerCase()
  const similar = findSimilarName(kebab, known)
  const advice =
    similar === undefined ? 'docs/reference/configuration.md lists all keys.' : `did you mean ${similar}?`
  return `The key ${JSON.stringify(name)} is unknown: ${advice}`
}

/** Returns the reason why the configuration file must not contain a variable, or null when it may. */
function refuseKey({ key, flag, name }: Variable<unknown>): string | null {
  if (name === 'HEADGATE_CONFIG')
    return `${key} cannot be set in the configuration file: set --config or HEADGATE_CONFIG.`
  if (flag !== undefined) return null
  return `${key} is a secret, which cannot be in the file: write it to another file, and set ${key}-file to the path of that file.`
}

function describeKind({ name, type }: Variable<unknown>): string {
  if (name === 'HEADGATE_ISSUERS') return 'a list of issuers, or the path of a file with one'
  if (type === listType) return 'a list of texts without commas'
  return `a single value (${type}), not a list or a mapping`
}

/**
 * Converts the YAML value of a key to the text that the parser of the variable reads. Returns an empty text for a key
 * without value, as for an unset variable. Returns null when the YAML type is wrong.
 */
function toText(node: Node | null, { name, type }: Variable<unknown>, toValue: () => unknown): string | null {
  if (node === null) return ''
  const value = toValue()
  if (value === null) return ''
  // The spelling of a number is kept, so that an error message shows the number as in the file.
  if (isScalar(node)) return typeof value === 'string' ? value : (node.source ?? null)
  if (name === 'HEADGATE_ISSUERS') return Array.isArray(value) ? JSON.stringify(value) : null
  if (!Array.isArray(value) || type !== listType) return null
  const items = value.filter((item): item is string => typeof item === 'string' && !item.includes(','))
  return items.length === value.length ? items.join(',') : null
}
