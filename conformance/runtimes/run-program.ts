import type { KeptProcess } from '../lib/process-keeper.ts'
import type { Result, SuiteServer } from './suite-server.ts'

const LIMIT_MS = 90_000

/** Starts a program, waits until it has sent its results to the suite's server, and ends it. Returns the results. */
export async function readResults(server: SuiteServer, start: () => KeptProcess): Promise<readonly Result[]> {
  const results = server.results()
  const child = start()
  const late = Promise.withResolvers<never>()
  const fail = (how: string): void => late.reject(new Error(`${child.name} ${how}; see ${child.log}`))
  const timer = setTimeout(() => fail(`no results within ${LIMIT_MS / 1000} s`), LIMIT_MS)
  void child.exited.then(() => fail('ended without results'))
  try {
    return await Promise.race([results, late.promise])
  } finally {
    clearTimeout(timer)
    late.promise.catch(() => {})
    await child.stop()
  }
}
