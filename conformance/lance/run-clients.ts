import { join } from 'node:path'
import type { ProcessKeeper } from '../lib/process-keeper.ts'
import type { CheckResult } from '../lib/run-checks.ts'
import type { Target } from './target.ts'

interface Place {
  readonly python: string
  readonly folder: string
}

/**
 * Runs released Lance clients against the server. Returns one result for each of their steps. If the server can commit
 * versions, the clients run again with such versions, and many writers write one table.
 */
export async function runClients(
  keeper: ProcessKeeper,
  { uri, headers, viewer, access, manageVersions }: Target,
  place: Place,
): Promise<CheckResult<never>[]> {
  const results = await runScript(keeper, 'clients.py', [uri, headers, viewer, ''], place)
  if (manageVersions === null) return results
  await manageVersions()
  const managed = await runScript(keeper, 'clients.py', [uri, headers, viewer, '_managed'], place)
  const events = (await access?.audited('clients_managed.items')) ?? []
  const commits = events.filter((event) => event === 'lanceCreateTableVersion allowed').length
  const about = 'each commit of these clients is an event of the audit log'
  const outcome = commits >= 5 ? 'ok' : 'failed'
  const audited = { name: about, about, outcome, reason: `${commits} events`, ms: 0 } as const
  const writers = await runScript(keeper, 'writers.py', [uri, headers], place)
  return [...results, ...managed, audited, ...writers]
}

async function runScript(
  keeper: ProcessKeeper,
  script: string,
  values: readonly unknown[],
  { python, folder }: Place,
): Promise<CheckResult<never>[]> {
  const results: CheckResult<never>[] = []
  let last = performance.now()
  const { code } = await keeper.runToExit({
    name: script,
    command: python,
    args: [join(import.meta.dirname, script), ...values.map((value) => JSON.stringify(value))],
    // Removes variables that would override the endpoint that the server returns, because Lance prefers the
    // environment.
    env: { AWS_ENDPOINT_URL: undefined, AWS_ENDPOINT_URL_S3: undefined },
    log: join(folder, 'clients.log'),
    timeoutMs: 300_000,
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
    results.push({ name: script, about: `${script} runs to its end`, outcome: 'failed', reason, ms: 0 })
  }
  return results
}
