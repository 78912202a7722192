/**
 * Returns whether two JSON values are equal. The order of members does not matter, and undefined members count as
 * absent.
 */
export function sameValue(one: unknown, other: unknown): boolean {
  if (one === other) return true
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false
  if (Array.isArray(one) || Array.isArray(other)) {
    return (
      Array.isArray(one) &&
      Array.isArray(other) &&
      one.length === other.length &&
      one.every((item, index) => sameValue(item, other[index]))
    )
  }
  const [first, second] = [definedMembers(one), definedMembers(other)]
  return (
    first.size === second.size &&
    [...first].every(([name, value]) => second.has(name) && sameValue(value, second.get(name)))
  )
}

/** Returns whether two lists have the same items in any order. */
export function sameSet(one: readonly string[], other: readonly string[]): boolean {
  return new Set(one).symmetricDifference(new Set(other)).size === 0
}

function definedMembers(value: object): ReadonlyMap<string, unknown> {
  return new Map(Object.entries(value).filter(([, member]) => member !== undefined))
}
