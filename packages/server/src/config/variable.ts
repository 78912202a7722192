import { Secret } from './secret.ts'

/** The parts of the reference, in their order. */
export const sections = [
  'Network',
  'Store',
  'Keys and tokens',
  'Catalog',
  'Storage access',
  'Limits',
  'Logs and audit',
] as const

/** Where a variable stands in the reference. */
export type Section = (typeof sections)[number]

/** One environment variable: how its text is read, and what its users are told. */
export interface Variable<T> {
  readonly name: `HEADGATE_${string}`
  readonly section: Section
  /** What kind of value it takes, for people. */
  readonly type: string
  /** The text that stands for it when it is not set; undefined: none. */
  readonly fallback: string | undefined
  /** The default in words, where the text alone would not say it. */
  readonly fallbackNote: string | undefined
  readonly doc: string
  /** The command line flag; secrets have none, because others can see command lines. */
  readonly flag: string | undefined
  /** True for a switch: its flag takes no value. */
  readonly isSwitch: boolean
  /** @throws Error whose message completes the sentence "NAME must be …" */
  parse(text: string): T
}

/** What every variable says of itself. */
export interface About {
  readonly section: Section
  readonly doc: string
  readonly fallbackNote?: string
}

type Name = Variable<unknown>['name']

interface Kind<T> {
  readonly type: string
  readonly isSwitch?: boolean
  readonly hidden?: boolean
  parse(text: string): T
}

function variable<T>(name: Name, about: About, fallback: string | undefined, kind: Kind<T>): Variable<T> {
  const flag = name.replace('HEADGATE_', '').toLowerCase().replaceAll('_', '-')
  return {
    name,
    section: about.section,
    doc: about.doc,
    type: kind.type,
    fallback,
    fallbackNote: about.fallbackNote,
    flag: kind.hidden === true ? undefined : flag,
    isSwitch: kind.isSwitch === true,
    parse: (text) => kind.parse(text),
  }
}

/** The same variable, whose value is null when it is not set. */
export function optional<T>(of: Variable<T>): Variable<T | null> {
  return { ...of, fallback: undefined }
}

export function text(name: Name, fallback: string, about: About): Variable<string> {
  return variable(name, about, fallback, { type: 'text', parse: (value) => value })
}

/** The path of a file or directory; relative ones start at the current directory. */
export function path(name: Name, fallback: string, about: About): Variable<string> {
  return variable(name, about, fallback, { type: 'path', parse: (value) => value })
}

export interface Range {
  readonly min: number
  readonly max: number
}

export function integer(name: Name, fallback: number, range: Range, about: About): Variable<number> {
  const type = `integer, ${range.min} to ${range.max}`
  return variable(name, about, String(fallback), { type, parse: (value) => within(value, range, /^\d+$/) })
}

const UNITS: Readonly<Record<string, number>> = { '': 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 }

/** A number of bytes: `1048576`, `1024KiB` or `1MiB`. */
export function bytes(name: Name, fallback: string, range: Range, about: About): Variable<number> {
  const parse = (value: string): number => {
    const [, digits = '', unit = ''] = /^(\d+) ?(|KiB|MiB|GiB)$/.exec(value) ?? []
    return within(digits === '' ? value : String(Number(digits) * (UNITS[unit] ?? 1)), range, /^\d+$/)
  }
  return variable(name, about, fallback, { type: 'bytes, such as `512KiB` or `32MiB`', parse })
}

export function toggle(name: Name, fallback: boolean, about: About): Variable<boolean> {
  return variable(name, about, String(fallback), {
    type: '`true` or `false`',
    isSwitch: true,
    parse: parseBoolean,
  })
}

function parseBoolean(value: string): boolean {
  if (/^(true|1|yes|on)$/i.test(value)) return true
  if (/^(false|0|no|off)$/i.test(value)) return false
  throw new Error('`true` or `false`')
}

export function choice<const T extends string>(
  name: Name,
  choices: readonly T[],
  fallback: NoInfer<T>,
  about: About,
): Variable<T> {
  const type = `one of ${choices.map((one) => `\`${one}\``).join(', ')}`
  const parse = (value: string): T => {
    const found = choices.find((one) => one === value)
    if (found === undefined) throw new Error(type)
    return found
  }
  return variable(name, about, fallback, { type, parse })
}

/** Values divided by commas. */
export function list(
  name: Name,
  fallback: string,
  about: About,
  check: (item: string) => void,
): Variable<readonly string[]> {
  const parse = (value: string): readonly string[] => {
    const items = value.split(',').map((item) => item.trim())
    const kept = items.filter((item) => item !== '')
    kept.forEach(check)
    return kept
  }
  return variable(name, about, fallback, { type: 'list, divided by commas', parse })
}

/** A text with rules of its own. `describe` completes the sentence "NAME must be …". */
export function custom<T>(
  name: Name,
  fallback: string,
  describe: string,
  about: About,
  parse: (text: string) => T | undefined,
): Variable<T> {
  return variable(name, about, fallback, {
    type: describe,
    parse: (value) => {
      const parsed = parse(value)
      if (parsed === undefined) throw new Error(describe)
      return parsed
    },
  })
}

/** A text that is never printed and has no flag. */
export function secret(name: Name, type: string, about: About): Variable<Secret | null> {
  return optional(
    variable(name, about, undefined, { type, hidden: true, parse: (value) => new Secret(value) }),
  )
}

function within(value: string, range: Range, pattern: RegExp): number {
  const number = pattern.test(value) ? Number(value) : Number.NaN
  if (number >= range.min && number <= range.max) return number
  throw new Error(`a whole number from ${range.min} to ${range.max}`)
}
