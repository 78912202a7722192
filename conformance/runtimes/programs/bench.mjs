// Helpers of checks in all runtimes, without modules of Node.

/** Integer that a JavaScript number cannot represent exactly. */
export const BIG = 9_007_199_254_740_993n

/**
 * Throws an error that contains `what` unless the condition is true.
 *
 * @param {boolean} holds
 */
export function ok(holds, what) {
  if (!holds) throw new Error(what)
}

/** Throws an error unless two values have the same JSON text. Supports 64-bit integers. */
export function equal(seen, wanted) {
  ok(written(seen) === written(wanted), `${written(seen)} instead of ${written(wanted)}`)
}

const written = (value) =>
  JSON.stringify(value, (_, each) => (typeof each === 'bigint' ? `${each}n` : each)) ?? String(value)

/** Returns the error with which a promise rejects. Throws if it resolves. */
export async function failure(promise) {
  try {
    await promise
  } catch (error) {
    return error
  }
  throw new Error('it did not fail')
}

export async function gathered(items) {
  const all = []
  for await (const item of items) all.push(item)
  return all
}

/** Runs checks one after another, and sends their results to the server of the suite. */
export async function run(base, checks) {
  const settings = await (await fetch(`${base}/settings`)).json()
  const results = []
  for (const [title, check] of checks) {
    try {
      await check(settings, base)
      results.push({ title, reason: null })
    } catch (error) {
      results.push({
        title,
        reason: error instanceof Error ? `${error.message}\n${error.stack}` : String(error),
      })
    }
  }
  await fetch(`${base}/results`, { method: 'POST', body: JSON.stringify(results) })
}
