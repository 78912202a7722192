import { Agent, request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'

/** Maximum duration of a health check in ms. A slower health check means that a request blocks the server. */
const longestMs = 3_000
const everyMs = 25

/**
 * Sends health checks to the server while one case runs. Returns the result of the case, and a sentence if a health
 * check was too slow.
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
  // If the case throws, its error is reported. An error of the health checks must then not become an
  // unhandled rejection.
  watching.catch(() => undefined)
  try {
    const result = await work()
    done.abort()
    const ms = await watching
    return {
      result,
      held: ms > mostMs ? `a health check during the case took ${Math.round(ms)} ms` : undefined,
    }
  } finally {
    done.abort()
    agent.destroy()
  }
}

/**
 * Sends health checks one after the other, at least one, until the signal aborts. Returns the duration of the slowest
 * check in ms.
 */
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
    .on('timeout', () => reject(new Error('the server answered no health check within 30 s')))
    .on('error', reject)
    .end()
  return promise
}
