/** What a key may be made of. Undefined and a missing part are the same. */
export type KeyPart = string | number | boolean | null | undefined | readonly KeyPart[] | KeyParts

export interface KeyParts {
  readonly [name: string]: KeyPart
}

/**
 * Returns a cache key: the SHA-256 of all parts, 43 characters. Two keys are equal only if all parts are equal. The order of
 * names does not count, the order in lists does. Parts may be secrets, because the key does not reveal them.
 *
 * @example
 * ```ts
 * const key = await digestKey({ clientId: 'etl', subjectToken: 'secret', audiences: ['a', 'b'] })
 * console.log(key.length)
 * ```
 */
export async function digestKey(parts: KeyParts): Promise<string> {
  const bytes = new TextEncoder().encode(JSON.stringify(ordered(parts)))
  return base64Url(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)))
}

function ordered(part: KeyPart): unknown {
  if (typeof part !== 'object' || part === null) return part
  if (isList(part)) return part.map((each) => ordered(each) ?? null)
  return Object.fromEntries(
    Object.entries(part)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, value]) => [name, ordered(value)]),
  )
}

// `Array.isArray` does not narrow a readonly array away.
function isList(part: KeyPart): part is readonly KeyPart[] {
  return Array.isArray(part)
}

function base64Url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace('=', '')
}
