import { setTimeout as sleep } from 'node:timers/promises'

export interface PacedCommits {
  readonly origin: string
  /** Paths of the tables that receive the commits, one after the other. */
  readonly paths: readonly string[]
  /** Body of a commit; `«N»` becomes a unique value. */
  readonly body: string
  readonly perSecond: number
}

/**
 * Commits at a constant rate until the signal aborts. A commit that takes longer than its interval does not delay the next
 * one.
 *
 * @returns number of commits
 * @throws Error when the server refuses a commit
 */
export async function pacedCommits(
  { origin, paths, body, perSecond }: PacedCommits,
  signal: AbortSignal,
): Promise<number> {
  if (perSecond === 0) return 0
  const running: Promise<void>[] = []
  const startedAt = performance.now()
  while (!signal.aborted) {
    const number = running.length
    const text = body.replaceAll('«N»', `${Date.now()}-${number}`)
    running.push(commit(`${origin}${paths[number % paths.length] ?? ''}`, text))
    const nextAt = startedAt + (running.length * 1_000) / perSecond
    await sleep(Math.max(0, nextAt - performance.now()), undefined, { signal }).catch(() => undefined)
  }
  await Promise.all(running)
  return running.length
}

async function commit(url: string, body: string): Promise<void> {
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(url, { method: 'POST', headers, body, signal: AbortSignal.timeout(30_000) })
  const text = await response.text()
  if (!response.ok) throw new Error(`POST ${url} was answered with ${response.status} ${text.slice(0, 500)}`)
}
