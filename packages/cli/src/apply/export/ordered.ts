/**
 * Returns a copy with these members first, and then the others by name. The order in which the server returns members is that
 * of its database.
 */
export function ordered<Value>(
  map: Readonly<Record<string, Value>>,
  first: readonly string[] = [],
): Readonly<Record<string, Value>> {
  const rank = (name: string): number => (first.includes(name) ? first.indexOf(name) : first.length)
  return Object.fromEntries(
    Object.entries(map).toSorted(([one], [other]) => rank(one) - rank(other) || (one < other ? -1 : 1)),
  )
}
