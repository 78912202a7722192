/**
 * Calls a function for each item, with at most `limit` calls at the same time. Returns the results in the order of the
 * items. After a call has failed, starts no other call, and rejects with the first error when the running calls have
 * ended.
 */
export async function mapBounded<Item, Result>(
  items: readonly Item[],
  limit: number,
  call: (item: Item, index: number) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = []
  const failures: unknown[] = []
  let next = 0
  const work = async (): Promise<void> => {
    while (next < items.length && failures.length === 0) {
      const index = next++
      try {
        results[index] = await call(items[index] as Item, index)
      } catch (error) {
        failures.push(error)
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, work))
  if (failures.length > 0) throw failures[0]
  return results
}
