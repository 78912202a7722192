import { AuthError } from '../auth-error.ts'
import type { PropertyKind } from './property-kinds.ts'

/**
 * The properties of a provider, by name below `rest.auth.<type>.`. A name that ends in `*` selects all properties with
 * the prefix before it, as a {@link PropertyGroup}: `extra-params.*`, or `*` for all properties.
 */
export type PropertyKeys = Readonly<Record<string, PropertyKind<unknown>>>

/** Properties with a common prefix, by name without this prefix. */
export type PropertyGroup = ReadonlyMap<string, string>

/** Values of the properties that `PropertyKeys` describe, by the same names. */
export type PropertyValues<K extends PropertyKeys> = {
  readonly [N in keyof K]: N extends `${string}*`
    ? PropertyGroup
    : K[N] extends PropertyKind<infer T>
      ? T
      : never
}

/** A configured property: its value, and its name in the spelling of the configuration. */
export interface GivenProperty {
  readonly value: string
  readonly writtenAs: string
}

/**
 * Parses configured properties as their `PropertyKeys` describe.
 *
 * @param prefix prefix of the canonical names, such as `rest.auth.basic.`
 * @throws AuthError with the name of the first property that is missing, unknown or invalid
 */
export function readProperties<K extends PropertyKeys>(
  keys: K,
  properties: ReadonlyMap<string, GivenProperty>,
  prefix: string,
): PropertyValues<K> {
  const groups = Object.keys(keys).filter((key) => key.endsWith('*'))
  for (const [name, { writtenAs }] of properties) {
    if (Object.hasOwn(keys, name) && !name.endsWith('*')) continue
    if (groups.some((group) => name.startsWith(group.slice(0, -1)))) continue
    throw new AuthError('configuration', describeUnknown(writtenAs, prefix, name, Object.keys(keys)), {
      property: writtenAs,
    })
  }
  const values = Object.entries(keys).map(([key, kind]): [string, unknown] => {
    if (key.endsWith('*')) return [key, collectGroup(properties, key.slice(0, -1), keys)]
    const property = properties.get(key)
    return [key, kind.read(property?.value, property?.writtenAs ?? `${prefix}${key}`)]
  })
  return Object.fromEntries(values) as PropertyValues<K>
}

function collectGroup(
  properties: ReadonlyMap<string, GivenProperty>,
  prefix: string,
  keys: PropertyKeys,
): PropertyGroup {
  const group = new Map<string, string>()
  for (const [name, { value }] of properties) {
    if (name.startsWith(prefix) && !Object.hasOwn(keys, name)) group.set(name.slice(prefix.length), value)
  }
  return group
}

function describeUnknown(writtenAs: string, prefix: string, name: string, known: readonly string[]): string {
  const near = nearest(name, known)
  const all = known.length === 0 ? 'This type has no properties.' : `Its properties are: ${known.join(', ')}`
  const hint = near === undefined ? `Remove it. ${all}` : `Did you mean ${prefix}${near}?`
  return `${writtenAs} is not a property of ${prefix.replace(/\.$/, '')}. ${hint}`
}

/** Returns the most similar known name, or undefined if every known name differs by more than two characters. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  const ranked = known
    .map((each) => ({ each, changes: distance(name.toLowerCase(), each) }))
    .filter(({ changes }) => changes <= 2)
    .toSorted((a, b) => a.changes - b.changes)
  return ranked[0]?.each
}

/** Computes the Levenshtein distance. Returns 3 for names whose lengths differ by more than 2. */
function distance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 2) return 3
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}
