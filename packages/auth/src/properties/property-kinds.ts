import { AuthError } from '../auth-error.ts'
import { Secret } from '../secret.ts'

/** How one property is read. Made by the functions below. */
export interface PropertyKind<T> {
  /** What it means, for the reference and for messages; the form of values stands in it. */
  readonly says: string
  readonly secret: boolean
  /** Reads what was given, or undefined when nothing was. `name` is the property as it was written. */
  readonly read: (given: string | undefined, name: string) => T
}

/** Any text. White space at both ends is not part of it. */
export function text(says: string): PropertyKind<string | undefined> {
  return { says, secret: false, read: (given) => given?.trim() }
}

/** A text that nobody may see. It is taken as it is. */
export function secret(says: string): PropertyKind<Secret | undefined> {
  return { says, secret: true, read: (given) => (given === undefined ? undefined : new Secret(given)) }
}

/** `true` or `false`. */
export function flag(says: string): PropertyKind<boolean | undefined> {
  return kind(says, 'true or false', (given) =>
    /^true$/i.test(given) ? true : /^false$/i.test(given) ? false : undefined,
  )
}

/** A whole number within bounds: milliseconds, bytes, times. */
export function integer(says: string, min: number, max: number): PropertyKind<number | undefined> {
  return kind(says, `a whole number from ${min} to ${max}`, (given) => {
    const value = /^\d{1,15}$/.test(given) ? Number(given) : Number.NaN
    return value >= min && value <= max ? value : undefined
  })
}

/** A time in milliseconds, written as ISO 8601 has it (`PT1H30M`, `P1D`) or as a number of milliseconds. */
export function duration(says: string, min: number, max: number): PropertyKind<number | undefined> {
  return kind(says, `a duration from ${min} ms to ${max} ms, as PT30S or PT5M`, (given) => {
    const value = /^\d{1,15}$/.test(given) ? Number(given) : isoDuration(given)
    return value !== undefined && value >= min && value <= max ? value : undefined
  })
}

function isoDuration(given: string): number | undefined {
  const parts = /^P(?:(\d{1,9})D)?(?:T(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9}(?:\.\d{1,3})?)S)?)?$/i.exec(
    given,
  )
  if (parts === null || !/\d/.test(given)) return undefined
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = parts.slice(1).map((part) => Number(part ?? 0))
  return (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1_000
}

/** One of a few words. */
export function oneOf<const W extends string>(
  says: string,
  words: readonly W[],
): PropertyKind<W | undefined> {
  return kind(says, `one of ${words.join(', ')}`, (given) => words.find((word) => word === given))
}

/** Words between spaces or commas. */
export function list(says: string): PropertyKind<readonly string[] | undefined> {
  return {
    says,
    secret: false,
    read: (given) => given?.split(/[\s,]+/).filter((word) => word !== ''),
  }
}

/** An absolute URL of http or https, kept as it was written. */
export function url(says: string): PropertyKind<string | undefined> {
  return kind(says, 'an absolute http or https URL', (given) =>
    /^https?:\/\//i.test(given) && URL.canParse(given) ? given : undefined,
  )
}

/** A property that must be there. */
export function required<T>(inner: PropertyKind<T | undefined>): PropertyKind<T> {
  return {
    ...inner,
    read: (given, name) => {
      const value = given === undefined || given.trim() === '' ? undefined : inner.read(given, name)
      if (value !== undefined) return value
      throw new AuthError('configuration', `Set ${name}: ${inner.says}`, { property: name })
    },
  }
}

/** A property with a value of its own when none was given. */
export function byDefault<T>(inner: PropertyKind<T | undefined>, value: NoInfer<T>): PropertyKind<T> {
  return { ...inner, read: (given, name) => inner.read(given, name) ?? value }
}

function kind<T>(
  says: string,
  form: string,
  parse: (given: string) => T | undefined,
): PropertyKind<T | undefined> {
  return {
    says,
    secret: false,
    read: (given, name) => {
      if (given === undefined) return undefined
      const value = parse(given.trim())
      if (value !== undefined) return value
      throw new AuthError('configuration', `${name} must be ${form}`, { property: name })
    },
  }
}
