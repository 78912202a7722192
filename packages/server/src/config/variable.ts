import { Secret } from './secret.ts'

/** JSON Schema of a value in the configuration file. */
export type ValueSchema = Readonly<Record<string, unknown>>

/** Titles of the sections of the reference page, in order. */
export const sections = [
  'Configuration file',
  'Network',
  'Store',
  'Keys and tokens',
  'Catalog',
  'Storage access',
  'Limits',
  'Logs and audit',
] as const

/** Title of the section of the reference page that describes a variable. */
type Section = (typeof sections)[number]

/** Definition of an environment variable, with its parser and its documentation. */
export interface Variable<T> {
  readonly name: `HEADGATE_${string}`
  readonly section: Section
  /** Description of the accepted values, for the reference page. */
  readonly type: string
  /** Text that is parsed when the variable is not set. Undefined when there is no default. */
  readonly fallback: string | undefined
  /** Description of the default for the reference page, if the text of `fallback` does not describe it. */
  readonly fallbackNote: string | undefined
  readonly doc: string
  /** Key of the variable in the configuration file. The file must not contain secrets. */
  readonly key: string
  /** Command line flag. Undefined for secrets, because other users of the machine can read command lines. */
  readonly flag: string | undefined
  /** True when the flag has no value, such as `--insecure-anonymous`. */
  readonly isSwitch: boolean
  readonly schema: ValueSchema
  /**
   * Parses the text of the variable.
   *
   * @throws Error whose message completes the sentence "NAME must be …"
   */
  parse(text: string): T
}

/** Documentation of a variable. */
export interface Documentation {
  readonly section: Section
  readonly doc: string
  readonly fallbackNote?: string
  /** JSON Schema of the value. Default: the schema for the type of the variable. */
  readonly schema?: ValueSchema
}

type VariableName = Variable<unknown>['name']

interface ValueType<T> {
  readonly type: string
  readonly isSwitch?: boolean
  readonly isSecret?: boolean
  readonly schema?: ValueSchema
  parse(text: string): T
}

function variable<T>(
  name: VariableName,
  documentation: Documentation,
  fallback: string | undefined,
  valueType: ValueType<T>,
): Variable<T> {
  const key = name.replace('HEADGATE_', '').toLowerCase().replaceAll('_', '-')
  return {
    name,
    section: documentation.section,
    doc: documentation.doc,
    type: valueType.type,
    fallback,
    fallbackNote: documentation.fallbackNote,
    key,
    flag: valueType.isSecret === true ? undefined : key,
    isSwitch: valueType.isSwitch === true,
    schema: documentation.schema ?? valueType.schema ?? { type: 'string' },
    parse: (text) => valueType.parse(text),
  }
}

/** Returns a variable whose value is null when the variable is not set. */
export function optional<T>(base: Variable<T>): Variable<T | null> {
  const { default: _, ...schema } = base.schema
  return { ...base, fallback: undefined, schema }
}

export function text(name: VariableName, fallback: string, documentation: Documentation): Variable<string> {
  return variable(name, documentation, fallback, { type: 'text', parse: (value) => value })
}

/** Defines a variable with the path of a file or directory. A relative path starts at the current directory. */
export function path(name: VariableName, fallback: string, documentation: Documentation): Variable<string> {
  return variable(name, documentation, fallback, { type: 'path', parse: (value) => value })
}

export interface Range {
  readonly min: number
  readonly max: number
}

export function integer(
  name: VariableName,
  fallback: number,
  range: Range,
  documentation: Documentation,
): Variable<number> {
  const type = `integer, ${range.min} to ${range.max}`
  return variable(name, documentation, String(fallback), {
    type,
    schema: { type: 'integer', minimum: range.min, maximum: range.max, default: fallback },
    parse: (value) => parseWithin(value, range),
  })
}

const unitBytes: Readonly<Record<string, number>> = { '': 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 }

/** Defines a variable with a number of bytes: `1048576`, `1024KiB` or `1MiB`. */
export function bytes(
  name: VariableName,
  fallback: string,
  range: Range,
  documentation: Documentation,
): Variable<number> {
  const parse = (value: string): number => {
    const [, digits = '', unit = ''] = /^(\d+) ?(|KiB|MiB|GiB)$/.exec(value) ?? []
    return parseWithin(digits === '' ? value : String(Number(digits) * (unitBytes[unit] ?? 1)), range)
  }
  const type = 'bytes, such as `512KiB` or `32MiB`'
  const schema = { type: ['integer', 'string'], minimum: range.min, pattern: '^\\d+ ?(|KiB|MiB|GiB)$' }
  return variable(name, documentation, fallback, { type, schema: { ...schema, default: fallback }, parse })
}

export function toggle(
  name: VariableName,
  fallback: boolean,
  documentation: Documentation,
): Variable<boolean> {
  return variable(name, documentation, String(fallback), {
    type: '`true` or `false`',
    isSwitch: true,
    schema: { type: 'boolean', default: fallback },
    parse: parseBoolean,
  })
}

function parseBoolean(value: string): boolean {
  if (/^(true|1|yes|on)$/i.test(value)) return true
  if (/^(false|0|no|off)$/i.test(value)) return false
  throw new Error('`true` or `false`')
}

export function choice<const T extends string>(
  name: VariableName,
  choices: readonly T[],
  fallback: NoInfer<T>,
  documentation: Documentation,
): Variable<T> {
  const type = `one of ${choices.map((one) => `\`${one}\``).join(', ')}`
  const parse = (value: string): T => {
    const found = choices.find((one) => one === value)
    if (found === undefined) throw new Error(type)
    return found
  }
  return variable(name, documentation, fallback, {
    type,
    schema: { enum: choices, default: fallback },
    parse,
  })
}

/** Description of the type of variables that `list` defines. */
export const listType = 'comma-separated list'

/** Defines a variable with a list of values, separated by commas. */
export function list(
  name: VariableName,
  fallback: string,
  documentation: Documentation,
  check: (item: string) => void,
): Variable<readonly string[]> {
  const parse = (value: string): readonly string[] => {
    const items = value.split(',').map((item) => item.trim())
    const kept = items.filter((item) => item !== '')
    kept.forEach(check)
    return kept
  }
  const schema = { anyOf: [{ type: 'array', items: { type: 'string' } }, { type: 'string' }] }
  return variable(name, documentation, fallback, { type: listType, schema, parse })
}

/** Defines a variable with its own parser. `describe` completes the sentence "NAME must be …". */
export function custom<T>(
  name: VariableName,
  fallback: string,
  describe: string,
  documentation: Documentation,
  parse: (text: string) => T | undefined,
): Variable<T> {
  return variable(name, documentation, fallback, {
    type: describe,
    parse: (value) => {
      const parsed = parse(value)
      if (parsed === undefined) throw new Error(describe)
      return parsed
    },
  })
}

/** Defines a variable with a secret text, which is never printed and has no flag. */
export function secret(
  name: VariableName,
  type: string,
  documentation: Documentation,
): Variable<Secret | null> {
  return optional(
    variable(name, documentation, undefined, { type, isSecret: true, parse: (value) => new Secret(value) }),
  )
}

function parseWithin(value: string, range: Range): number {
  const number = /^\d+$/.test(value) ? Number(value) : Number.NaN
  if (number >= range.min && number <= range.max) return number
  throw new Error(`a whole number from ${range.min} to ${range.max}`)
}
