import { setTimeout as sleep } from 'node:timers/promises'
import type { KeptProcess } from './process-keeper.ts'

/**
 * Calls `check` repeatedly until it returns true. Throws if the process ends first, or after `timeoutMs`. An error of
 * `check`, such as a refused connection, counts as false.
 */
export async function waitUntilReady(
  child: KeptProcess,
  check: () => Promise<boolean>,
  timeoutMs: number,
): Promise<void> {
  const end = Date.now() + timeoutMs
  while (Date.now() < end) {
    if (child.exit()) throw new Error(`${child.name} ended before it was ready; see ${child.log}`)
    if (await check().catch(() => false)) return
    await sleep(100)
  }
  throw new Error(`${child.name} was not ready within ${timeoutMs / 1000} s; see ${child.log}`)
}

/** Returns whether the response to a GET of the URL has a 2xx status. */
export async function responds(url: string): Promise<boolean> {
  const response = await fetch(url, { signal: AbortSignal.timeout(5_000) })
  await response.body?.cancel()
  return response.ok
}
