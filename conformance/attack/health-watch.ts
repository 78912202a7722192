import { Agent, request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'

/** A health check that takes longer means that the server is held, in ms. */
const longestMs = 3_000
const everyMs = 25

/**
 * Sends health checks while one case runs. Returns its result, and a sentence when a check took too long.
 *
 * @param origin `http://host:port`
 * @param mostMs time that a check may take
 */
export async function withHealthChecks<T>(
  origin: string,
  work: () => Promise<T>,
  mostMs: number = longestMs,
): Promise<{ readonly result: T; readonly held: string | undefined }> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const done = new AbortController()
  const watching = longestCheck(origin, agent, done.signal)
  // An error of the case comes first; that of the checks is not left behind.
  watching.catch(() => undefined)
  try {
    const result = await work()
    done.abort()
    const ms = await watching
    return {
      result,
      held: ms > mostMs ? `a health check took ${Math.round(ms)} ms meanwhile` : undefined,
    }
  } finally {
    done.abort()
    agent.destroy()
  }
}

/** Sends one check after the other, and at least one. Returns the longest time in ms. */
async function longestCheck(origin: string, agent: Agent, until: AbortSignal): Promise<number> {
  let longest = 0
  do {
    const started = performance.now()
    await check(origin, agent)
    longest = Math.max(longest, performance.now() - started)
    await sleep(everyMs, undefined, { signal: until }).catch(() => undefined)
  } while (!until.aborted)
  return longest
}

function check(origin: string, agent: Agent): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  request(`${origin}/health/live`, { agent, timeout: 30_000 }, (response) => {
    if (response.statusCode !== 200) reject(new Error(`health: ${response.statusCode}`))
    response.resume().once('end', () => resolve())
  })
    .on('timeout', () => reject(new Error('no health check was answered in 30 s')))
    .on('error', reject)
    .end()
  return promise
}
