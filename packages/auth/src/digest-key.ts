/** Part of a cache key. An undefined part is equal to a missing part. */
export type KeyPart = string | number | boolean | null | undefined | readonly KeyPart[] | KeyParts

/** Parts of a cache key by name. */
export interface KeyParts {
  readonly [name: string]: KeyPart
}

/**
 * Returns a cache key: the SHA-256 of all parts, 43 characters. Two keys are equal only if all parts are equal. The
 * order of names does not change the key, but the order of elements in lists does. Parts may be secrets, because the
 * key does not reveal them.
 *
 * @example
 * ```ts
 * const key = await digestKey({ clientId: 'etl', subjectToken: 'secret', audiences: ['a', 'b'] })
 * console.log(key.length)
 * ```
 */
export async function digestKey(parts: KeyParts): Promise<string> {
  const bytes = new TextEncoder().encode(JSON.stringify(sortNames(parts)))
  return toBase64Url(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)))
}

/** Sorts the names of all objects, so that the digest does not depend on their order. */
function sortNames(part: KeyPart): unknown {
  if (typeof part !== 'object' || part === null) return part
  if (isList(part)) return part.map((each) => sortNames(each) ?? null)
  return Object.fromEntries(
    Object.entries(part)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, value]) => [name, sortNames(value)]),
  )
}

// `isList` is needed because `Array.isArray` does not exclude readonly arrays from the type of its other branch.
function isList(part: KeyPart): part is readonly KeyPart[] {
  return Array.isArray(part)
}

function toBase64Url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace('=', '')
}
