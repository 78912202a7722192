import { AuthError } from '../auth-error.ts'
import { Secret } from '../secret.ts'
import { aliases, typeAliases } from './aliases.ts'
import type { GivenProperty } from './read-properties.ts'

/** A flat map, as Iceberg, PyIceberg and Lance have it. Keys that are not about authentication are left alone. */
export type Properties = Readonly<Record<string, string | number | boolean | Secret | undefined>>

const PREFIX = 'rest.auth.'

interface Entry extends GivenProperty {
  /** `<type>.<name>` */
  readonly targets: readonly string[]
  readonly shared: boolean
  readonly together: readonly string[]
  used: boolean
}

/**
 * What a property map says of authentication. Each property is handed to the provider it belongs to, and those that
 * nobody took are told: a property without effect is a mistake of whoever wrote it.
 */
export class AuthProperties {
  /** The name of the provider, and how it became known. */
  readonly type: string
  readonly typeFrom: 'given' | 'inferred' | 'default'
  /** The package that registers the type, if one was named. */
  readonly package: string | undefined
  /** Lower-case names of the headers that are configured as such (`header.X`, `headers.X`), with their properties. */
  readonly headers: ReadonlyMap<string, string>
  /** What runs below a signature when nothing else is said. */
  readonly defaultDelegate: string
  readonly #entries: readonly Entry[]

  /** @throws AuthError when the map contradicts itself. */
  constructor(properties: Properties) {
    const given = textsOf(properties)
    this.headers = headersOf(given)
    this.package = given.get(`${PREFIX}package`)
    this.#entries = [...given].flatMap(([name, value]) => entryOf(name, value))
    const explicit = explicitType(given)
    const inferred = inferType(given)
    this.type = explicit ?? inferred ?? 'none'
    this.defaultDelegate = inferred ?? (this.#mentions('oauth2') ? 'oauth2' : 'none')
    this.typeFrom = explicit !== undefined ? 'given' : this.type === 'none' ? 'default' : 'inferred'
  }

  /** The properties of a type, by their names below `rest.auth.<type>.`. */
  take(type: string): ReadonlyMap<string, GivenProperty> {
    const own = new Map<string, GivenProperty>()
    for (const entry of this.#entries) {
      const name = nameWithin(entry, type)
      if (name === undefined || entry.shared) continue
      entry.used = true
      const before = own.get(name)
      if (before !== undefined && before.value !== entry.value) throw contradiction(before, entry)
      own.set(name, before ?? entry)
    }
    const ours = new Set(own.keys())
    for (const entry of this.#entries) {
      const name = nameWithin(entry, type)
      if (name === undefined || !entry.shared || [name, ...entry.together].some((each) => ours.has(each)))
        continue
      own.set(name, entry)
    }
    return own
  }

  /** The properties that belong to some of these types and to none of those, as they were written. */
  writtenFor(types: readonly string[], but: readonly string[]): readonly string[] {
    return this.#entries
      .filter((entry) => types.some((type) => nameWithin(entry, type) !== undefined))
      .filter((entry) => but.every((type) => nameWithin(entry, type) === undefined))
      .map(({ writtenAs }) => writtenAs)
  }

  #mentions(type: string): boolean {
    return this.#entries.some((entry) => !entry.shared && nameWithin(entry, type) !== undefined)
  }

  /** @throws AuthError for the first property that no provider took. */
  refuseOrphans(types: readonly string[]): void {
    const orphan = this.#entries.find((entry) => !entry.used && !entry.shared)
    if (orphan === undefined) return
    const name = orphan.writtenAs
    const owners = orphan.targets.map((target) => target.split('.', 1)[0] ?? '')
    if (!owners.some((owner) => types.includes(owner))) {
      const fix = `properties are named rest.auth.<type>.<name>, with one of the types ${types.join(', ')}`
      throw new AuthError('configuration', `${name} is not known: ${fix}`, { property: name })
    }
    const fix =
      this.typeFrom === 'given'
        ? `but rest.auth.type is ${this.type}, which does not use it: remove it, or set rest.auth.type=${owners[0]}`
        : `but rest.auth.type is not set: add rest.auth.type=${owners.join(' or ')}, or remove it`
    throw new AuthError('configuration', `${name} is set, ${fix}`, { property: name })
  }
}

function textsOf(properties: Properties): Map<string, string> {
  const texts = new Map<string, string>()
  for (const [name, value] of Object.entries(properties)) {
    if (value !== undefined) texts.set(name, value instanceof Secret ? value.reveal() : String(value))
  }
  return texts
}

const OWN_NAMES = new Set(['type', 'package'])

function entryOf(name: string, value: string): Entry[] {
  const alias = aliases.get(name)
  if (alias !== undefined) {
    const { to: targets, shared = false, together = [] } = alias
    return [{ value, writtenAs: name, targets, shared, together, used: false }]
  }
  const own = name.startsWith(PREFIX) ? name.slice(PREFIX.length) : undefined
  if (own !== undefined && !OWN_NAMES.has(own)) {
    return [{ value, writtenAs: name, targets: [canonical(own)], shared: false, together: [], used: false }]
  }
  if (name.startsWith('auth.') && name !== 'auth.type' && name !== 'auth.session-timeout-ms') {
    const fix = 'write it below rest.auth., in the spelling of the provider that is to use it'
    throw new AuthError('configuration', `${name} is not known: ${fix}`, { property: name })
  }
  return []
}

/** What an entry is called below a type, if it belongs to it. */
function nameWithin(entry: Entry, type: string): string | undefined {
  const prefix = `${type}.`
  return entry.targets.find((target) => target.startsWith(prefix))?.slice(prefix.length)
}

/** `gcp-iam.scopes` is `google.scopes`. */
function canonical(own: string): string {
  const dot = own.indexOf('.')
  if (dot === -1) return own
  const type = own.slice(0, dot)
  return `${typeAliases.get(type) ?? type}${own.slice(dot)}`
}

function explicitType(given: ReadonlyMap<string, string>): string | undefined {
  const enabled = given.get('rest.sigv4-enabled')
  if (enabled !== undefined && !/^(true|false)$/i.test(enabled)) {
    throw new AuthError('configuration', 'rest.sigv4-enabled must be true or false', {
      property: 'rest.sigv4-enabled',
    })
  }
  const spellings: GivenProperty[] = []
  for (const name of [`${PREFIX}type`, 'auth.type']) {
    const value = given.get(name)?.trim()
    if (value !== undefined) spellings.push({ value: typeAliases.get(value) ?? value, writtenAs: name })
  }
  if (/^true$/i.test(enabled ?? '')) spellings.push({ value: 'sigv4', writtenAs: 'rest.sigv4-enabled' })
  const [first, ...others] = spellings
  const other = others.find(({ value }) => value !== first?.value)
  if (first !== undefined && other !== undefined) throw contradiction(first, other)
  return first?.value
}

/** What Iceberg's clients infer when no type is set, but for a token alone, which needs no token endpoint. */
function inferType(given: ReadonlyMap<string, string>): string | undefined {
  if (given.has('credential')) return given.has('oauth2-server-uri') ? 'oauth2' : 'iceberg-legacy'
  return given.has('token') ? 'bearer' : undefined
}

function headersOf(given: ReadonlyMap<string, string>): Map<string, string> {
  const headers = new Map<string, string>()
  for (const name of given.keys()) {
    const header = /^headers?\.(.+)$/.exec(name)?.[1]
    if (header !== undefined) headers.set(header.toLowerCase(), name)
  }
  return headers
}

function contradiction(a: GivenProperty, b: GivenProperty): AuthError {
  const both = `${a.writtenAs} and ${b.writtenAs}`
  return new AuthError('configuration', `${both} say different things: keep one of them`, {
    property: b.writtenAs,
  })
}
