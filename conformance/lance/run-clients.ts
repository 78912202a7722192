import { join } from 'node:path'
import type { ProcessKeeper } from '../lib/process-keeper.ts'
import type { CheckResult } from '../lib/run-checks.ts'
import type { Target } from './target.ts'

/** Runs released Lance clients against the server. Returns one result for each of their steps. */
export async function runClients(
  keeper: ProcessKeeper,
  { uri, headers, viewer }: Target,
  { python, folder }: { readonly python: string; readonly folder: string },
): Promise<CheckResult<never>[]> {
  const results: CheckResult<never>[] = []
  let last = performance.now()
  const { code } = await keeper.runToExit({
    name: 'clients of Lance',
    command: python,
    args: [
      join(import.meta.dirname, 'clients.py'),
      ...[uri, headers, viewer].map((value) => JSON.stringify(value)),
    ],
    // Removes variables that would override the endpoint that the server returns, because Lance prefers the
    // environment.
    env: { AWS_ENDPOINT_URL: undefined, AWS_ENDPOINT_URL_S3: undefined },
    log: join(folder, 'clients.log'),
    timeoutMs: 120_000,
    onLine: (line) => {
      const [, outcome, about] = /^@@(ok|failed) (.+)$/.exec(line) ?? []
      if (about === undefined) return
      const now = performance.now()
      const ms = Math.round(now - last)
      last = now
      results.push({ name: about, about, outcome: outcome === 'ok' ? 'ok' : 'failed', reason: '', ms })
    },
  })
  if (code !== 0) {
    const reason = `the program ended with ${code}; see ${join(folder, 'clients.log')}`
    results.push({ name: 'clients', about: 'stock clients of Lance run', outcome: 'failed', reason, ms: 0 })
  }
  return results
}
