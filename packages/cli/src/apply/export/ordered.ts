/**
 * Returns a copy of a map with the members in `first` before all others, which are sorted by name. Members in
 * responses of the server have no such order.
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
