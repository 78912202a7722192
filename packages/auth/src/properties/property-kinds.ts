import { AuthError } from '../auth-error.ts'
import { Secret } from '../secret.ts'

/** Describes and parses one property. The functions of this module create it. */
export interface PropertyKind<T> {
  /** Meaning of the property and form of its values, for the reference and for messages. */
  readonly says: string
  readonly secret: boolean
  /** Parses the configured text, which is undefined if the property is not set. `name` has the configured spelling. */
  readonly read: (value: string | undefined, name: string) => T
}

/**
 * Describes a property whose value is a text. White space at both ends of the text is removed.
 *
 * @example
 * ```ts
 * const keys = { audience: text('the audience of the token') }
 * ```
 */
export function text(says: string): PropertyKind<string | undefined> {
  return { says, secret: false, read: (value) => value?.trim() }
}

/**
 * Describes a property whose value is a secret text, which messages never contain. White space in the text is kept.
 *
 * @example
 * ```ts
 * const keys = { password: secret('the password') }
 * ```
 */
export function secret(says: string): PropertyKind<Secret | undefined> {
  return { says, secret: true, read: (value) => (value === undefined ? undefined : new Secret(value)) }
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
  return kind(says, 'true or false', (text) =>
    /^true$/i.test(text) ? true : /^false$/i.test(text) ? false : undefined,
  )
}

/**
 * Describes a property whose value is an integer within bounds: milliseconds, bytes, a count.
 *
 * @example
 * ```ts
 * const keys = { retries: integer('attempts after the first attempt', 0, 9) }
 * ```
 */
export function integer(says: string, min: number, max: number): PropertyKind<number | undefined> {
  return kind(says, `a whole number from ${min} to ${max}`, (text) => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN
    return value >= min && value <= max ? value : undefined
  })
}

/**
 * Describes a property whose value is a duration in ms: a number, or text in the form of ISO 8601 (`PT1H30M`, `P1D`).
 *
 * @example
 * ```ts
 * const keys = { timeout: duration('time limit of a request', 100, 60_000) }
 * ```
 */
export function duration(says: string, min: number, max: number): PropertyKind<number | undefined> {
  return kind(says, `a duration from ${min} ms to ${max} ms, such as PT30S or PT5M`, (text) => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : parseIsoDuration(text)
    return value !== undefined && value >= min && value <= max ? value : undefined
  })
}

function parseIsoDuration(text: string): number | undefined {
  const parts = /^P(?:(\d{1,9})D)?(?:T(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9}(?:\.\d{1,3})?)S)?)?$/i.exec(
    text,
  )
  if (parts === null || !/\d/.test(text)) return undefined
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = parts.slice(1).map((part) => Number(part ?? 0))
  return (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1_000
}

/**
 * Describes a property whose value is one of a few words.
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
  return kind(says, `one of ${words.join(', ')}`, (text) => words.find((word) => word === text))
}

/**
 * Describes a property whose value is a list of words, separated by spaces or commas.
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
    read: (value) => value?.split(/[\s,]+/).filter((word) => word !== ''),
  }
}

/**
 * Describes a property whose value is an absolute http or https URL. The text of the URL is not changed.
 *
 * @example
 * ```ts
 * const keys = { issuer: url('the address of the issuer') }
 * ```
 */
export function url(says: string): PropertyKind<string | undefined> {
  return kind(says, 'an absolute http or https URL', (text) =>
    /^https?:\/\//i.test(text) && URL.canParse(text) ? text : undefined,
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
    read: (value, name) => {
      const parsed = value === undefined || value.trim() === '' ? undefined : inner.read(value, name)
      if (parsed !== undefined) return parsed
      throw new AuthError('configuration', `Set ${name}: ${inner.says}`, { property: name })
    },
  }
}

/**
 * Describes a property with a default value.
 *
 * @example
 * ```ts
 * const keys = { header: byDefault(text('the header of the key'), 'x-api-key') }
 * ```
 */
export function byDefault<T>(inner: PropertyKind<T | undefined>, defaultValue: NoInfer<T>): PropertyKind<T> {
  return { ...inner, read: (value, name) => inner.read(value, name) ?? defaultValue }
}

function kind<T>(
  says: string,
  form: string,
  parse: (text: string) => T | undefined,
): PropertyKind<T | undefined> {
  return {
    says,
    secret: false,
    read: (value, name) => {
      if (value === undefined) return undefined
      const parsed = parse(value.trim())
      if (parsed !== undefined) return parsed
      throw new AuthError('configuration', `${name} must be ${form}`, { property: name })
    },
  }
}
