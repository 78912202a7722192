// Helpers of checks in all runtimes, without modules of Node.

/** An integer that a JavaScript number cannot represent exactly. */
export const BIG = 9_007_199_254_740_993n

/** @param {boolean} holds */
export function ok(holds, what) {
  if (!holds) throw new Error(what)
}

/** Compares the JSON texts, including integers of 64 bits. */
export function equal(seen, wanted) {
  ok(written(seen) === written(wanted), `${written(seen)} instead of ${written(wanted)}`)
}

const written = (value) =>
  JSON.stringify(value, (_, each) => (typeof each === 'bigint' ? `${each}n` : each)) ?? String(value)

/** Returns the error of a promise that must reject. */
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

/** Runs checks one after another, and sends the results to the suite's server. */
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
