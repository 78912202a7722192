import { AuthError } from '../auth-error.ts'
import { Secret } from '../secret.ts'
import { aliases, typeAliases } from './aliases.ts'
import type { GivenProperty } from './read-properties.ts'

/** Flat map of properties, as in Iceberg, PyIceberg and Lance. Properties that do not configure authentication are ignored. */
export type Properties = Readonly<Record<string, string | number | boolean | Secret | undefined>>

const PREFIX = 'rest.auth.'

interface Entry extends GivenProperty {
  /** Canonical names of the property, each in the form `<type>.<name>`. */
  readonly targets: readonly string[]
  readonly shared: boolean
  readonly group: readonly string[]
  used: boolean
}

/**
 * The configuration of authentication in a property map. Each provider takes its own properties. Properties that no
 * provider takes are refused, because a property without effect is a mistake in the configuration.
 */
export class AuthProperties {
  /** Authentication type that the properties select. */
  readonly type: string
  /**
   * How the type was determined: set by a property (`explicit`), derived from other properties (`inferred`), or
   * `default`.
   */
  readonly typeFrom: 'explicit' | 'inferred' | 'default'
  /** Package that registers the authentication type, if the properties name one. */
  readonly package: string | undefined
  /** Properties that configure a header (`header.X`, `headers.X`), by the name of the header in lower case. */
  readonly headers: ReadonlyMap<string, string>
  /**
   * Type of the provider that authenticates requests before `sigv4` or `sigv4a` signs them, if no property sets this
   * type.
   */
  readonly defaultDelegate: string
  readonly #entries: readonly Entry[]

  /**
   * Reads the authentication properties of a property map.
   *
   * @throws AuthError when properties contradict each other
   */
  constructor(properties: Properties) {
    const texts = toTexts(properties)
    this.headers = findHeaders(texts)
    this.package = texts.get(`${PREFIX}package`)
    this.#entries = [...texts].flatMap(([name, value]) => toEntries(name, value))
    const explicit = findType(texts)
    const inferred = inferType(texts)
    this.type = explicit ?? inferred ?? 'none'
    this.defaultDelegate = inferred ?? (this.#mentions('oauth2') ? 'oauth2' : 'none')
    this.typeFrom = explicit !== undefined ? 'explicit' : this.type === 'none' ? 'default' : 'inferred'
  }

  /**
   * Returns the properties of an authentication type, by name below `rest.auth.<type>.`, and marks them as used.
   *
   * @throws AuthError when two names of one property have different values
   */
  take(type: string): ReadonlyMap<string, GivenProperty> {
    const taken = new Map<string, GivenProperty>()
    for (const entry of this.#entries) {
      const name = findName(entry, type)
      if (name === undefined || entry.shared) continue
      entry.used = true
      const before = taken.get(name)
      if (before !== undefined && before.value !== entry.value) throw contradiction(before, entry)
      taken.set(name, before ?? entry)
    }
    const canonical = new Set(taken.keys())
    for (const entry of this.#entries) {
      const name = findName(entry, type)
      if (name === undefined || !entry.shared) continue
      if ([name, ...entry.group].some((each) => canonical.has(each))) continue
      taken.set(name, entry)
    }
    return taken
  }

  /**
   * Lists the configured properties that belong to a type in `types` and to no type in `except`, in the spelling of the
   * configuration.
   */
  listNames(types: readonly string[], except: readonly string[]): readonly string[] {
    return this.#entries
      .filter((entry) => types.some((type) => findName(entry, type) !== undefined))
      .filter((entry) => except.every((type) => findName(entry, type) === undefined))
      .map(({ writtenAs }) => writtenAs)
  }

  #mentions(type: string): boolean {
    return this.#entries.some((entry) => !entry.shared && findName(entry, type) !== undefined)
  }

  /**
   * Refuses authentication properties that no provider has taken.
   *
   * @param types types of all providers
   * @throws AuthError for the first of them
   */
  refuseUnused(types: readonly string[]): void {
    const unused = this.#entries.find((entry) => !entry.used && !entry.shared)
    if (unused === undefined) return
    const name = unused.writtenAs
    const owners = unused.targets.map((target) => target.split('.', 1)[0] ?? '')
    if (!owners.some((owner) => types.includes(owner))) {
      const fix = `names of properties are rest.auth.<type>.<name>, and the types are ${types.join(', ')}`
      throw new AuthError('configuration', `${name} is unknown: ${fix}`, { property: name })
    }
    const fix =
      this.typeFrom === 'explicit'
        ? `but rest.auth.type is ${this.type}, which does not use it: remove it, or set rest.auth.type=${owners[0]}`
        : `but rest.auth.type is not set: add rest.auth.type=${owners.join(' or ')}, or remove it`
    throw new AuthError('configuration', `${name} is set, ${fix}`, { property: name })
  }
}

function toTexts(properties: Properties): Map<string, string> {
  const texts = new Map<string, string>()
  for (const [name, value] of Object.entries(properties)) {
    if (value !== undefined) texts.set(name, value instanceof Secret ? value.reveal() : String(value))
  }
  return texts
}

/** Properties below `rest.auth.` that apply to all authentication types. */
const GENERAL = new Set(['type', 'package'])

/**
 * Converts a configured property to an entry with its canonical names. Returns an empty list for a property that does
 * not configure authentication.
 */
function toEntries(name: string, value: string): Entry[] {
  const alias = aliases.get(name)
  if (alias !== undefined) {
    const { to: targets, shared = false, group = [] } = alias
    return [{ value, writtenAs: name, targets, shared, group, used: false }]
  }
  const suffix = name.startsWith(PREFIX) ? name.slice(PREFIX.length) : undefined
  if (suffix !== undefined && !GENERAL.has(suffix)) {
    const targets = [toCanonicalName(suffix)]
    return [{ value, writtenAs: name, targets, shared: false, group: [], used: false }]
  }
  if (name.startsWith('auth.') && name !== 'auth.type' && name !== 'auth.session-timeout-ms') {
    const fix = 'use rest.auth.<type>.<name>, with the name that the documentation of the provider lists'
    throw new AuthError('configuration', `${name} is unknown: ${fix}`, { property: name })
  }
  return []
}

/**
 * Returns the canonical name of a property without the prefix `<type>.`, or undefined if the property belongs to
 * another authentication type.
 */
function findName(entry: Entry, type: string): string | undefined {
  const prefix = `${type}.`
  return entry.targets.find((target) => target.startsWith(prefix))?.slice(prefix.length)
}

/** Replaces the alias of an authentication type in a property name: `gcp-iam.scopes` becomes `google.scopes`. */
function toCanonicalName(name: string): string {
  const dot = name.indexOf('.')
  if (dot === -1) return name
  const type = name.slice(0, dot)
  return `${typeAliases.get(type) ?? type}${name.slice(dot)}`
}

function findType(texts: ReadonlyMap<string, string>): string | undefined {
  const enabled = texts.get('rest.sigv4-enabled')
  if (enabled !== undefined && !/^(true|false)$/i.test(enabled)) {
    throw new AuthError('configuration', 'rest.sigv4-enabled must be true or false', {
      property: 'rest.sigv4-enabled',
    })
  }
  const spellings: GivenProperty[] = []
  for (const name of [`${PREFIX}type`, 'auth.type']) {
    const value = texts.get(name)?.trim()
    if (value !== undefined) spellings.push({ value: typeAliases.get(value) ?? value, writtenAs: name })
  }
  if (/^true$/i.test(enabled ?? '')) spellings.push({ value: 'sigv4', writtenAs: 'rest.sigv4-enabled' })
  const [first, ...others] = spellings
  const other = others.find(({ value }) => value !== first?.value)
  if (first !== undefined && other !== undefined) throw contradiction(first, other)
  return first?.value
}

/**
 * Infers the authentication type from the configured properties as Iceberg's clients do, except that a token without
 * other properties selects `bearer`, which needs no token endpoint.
 */
function inferType(texts: ReadonlyMap<string, string>): string | undefined {
  if (texts.has('credential')) return texts.has('oauth2-server-uri') ? 'oauth2' : 'iceberg-legacy'
  return texts.has('token') ? 'bearer' : undefined
}

function findHeaders(texts: ReadonlyMap<string, string>): Map<string, string> {
  const headers = new Map<string, string>()
  for (const name of texts.keys()) {
    const header = /^headers?\.(.+)$/.exec(name)?.[1]
    if (header !== undefined) headers.set(header.toLowerCase(), name)
  }
  return headers
}

function contradiction(a: GivenProperty, b: GivenProperty): AuthError {
  const both = `${a.writtenAs} and ${b.writtenAs}`
  return new AuthError('configuration', `${both} have different values: keep one of them`, {
    property: b.writtenAs,
  })
}
