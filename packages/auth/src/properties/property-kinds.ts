import { AuthError } from '../auth-error.ts'
import { Secret } from '../secret.ts'

/** How one property is parsed. The functions below create it. */
export interface PropertyKind<T> {
  /** What it means, for the reference and for messages; the form of values stands in it. */
  readonly says: string
  readonly secret: boolean
  /** Reads what was given, or undefined when nothing was. `name` is the property as it was written. */
  readonly read: (given: string | undefined, name: string) => T
}

/**
 * Describes a text. White space at both ends is removed.
 *
 * @example
 * ```ts
 * const keys = { audience: text('the audience of the token') }
 * ```
 */
export function text(says: string): PropertyKind<string | undefined> {
  return { says, secret: false, read: (given) => given?.trim() }
}

/**
 * Describes a text that must not be shown. It is not changed.
 *
 * @example
 * ```ts
 * const keys = { password: secret('the password') }
 * ```
 */
export function secret(says: string): PropertyKind<Secret | undefined> {
  return { says, secret: true, read: (given) => (given === undefined ? undefined : new Secret(given)) }
}

/**
 * Describes a property with the values `true` and `false`.
 *
 * @example
 * ```ts
 * const keys = { renew: flag('whether tokens are renewed') }
 * ```
 */
export function flag(says: string): PropertyKind<boolean | undefined> {
  return kind(says, 'true or false', (given) =>
    /^true$/i.test(given) ? true : /^false$/i.test(given) ? false : undefined,
  )
}

/**
 * Describes an integer within bounds: milliseconds, bytes, a count.
 *
 * @example
 * ```ts
 * const keys = { retries: integer('attempts after the first one', 0, 9) }
 * ```
 */
export function integer(says: string, min: number, max: number): PropertyKind<number | undefined> {
  return kind(says, `a whole number from ${min} to ${max}`, (given) => {
    const value = /^\d{1,15}$/.test(given) ? Number(given) : Number.NaN
    return value >= min && value <= max ? value : undefined
  })
}

/**
 * Describes a time in ms, in the form of ISO 8601 (`PT1H30M`, `P1D`) or as a number of ms.
 *
 * @example
 * ```ts
 * const keys = { timeout: duration('time limit of a request', 100, 60_000) }
 * ```
 */
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

/**
 * Describes a property with one of a few values.
 *
 * @example
 * ```ts
 * const keys = { payload: oneOf('whether the body is signed', ['signed', 'unsigned']) }
 * ```
 */
export function oneOf<const W extends string>(
  says: string,
  words: readonly W[],
): PropertyKind<W | undefined> {
  return kind(says, `one of ${words.join(', ')}`, (given) => words.find((word) => word === given))
}

/**
 * Describes words, separated by spaces or commas.
 *
 * @example
 * ```ts
 * const keys = { scopes: list('the scopes') }
 * ```
 */
export function list(says: string): PropertyKind<readonly string[] | undefined> {
  return {
    says,
    secret: false,
    read: (given) => given?.split(/[\s,]+/).filter((word) => word !== ''),
  }
}

/**
 * Describes an absolute URL of http or https, whose text is not changed.
 *
 * @example
 * ```ts
 * const keys = { issuer: url('the address of the issuer') }
 * ```
 */
export function url(says: string): PropertyKind<string | undefined> {
  return kind(says, 'an absolute http or https URL', (given) =>
    /^https?:\/\//i.test(given) && URL.canParse(given) ? given : undefined,
  )
}

/**
 * Describes a property that must be set.
 *
 * @example
 * ```ts
 * const keys = { key: required(secret('the key')) }
 * ```
 */
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

/**
 * Describes a property with a default.
 *
 * @example
 * ```ts
 * const keys = { header: byDefault(text('the header of the key'), 'x-api-key') }
 * ```
 */
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
