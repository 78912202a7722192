/**
 * Returns a copy of a map, in which the members that `first` names come first, in this order, and all others follow,
 * sorted by name. Makes exports comparable, because the server returns members in no fixed order.
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
