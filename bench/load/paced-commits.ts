import { setTimeout as sleep } from 'node:timers/promises'

export interface PacedCommits {
  readonly origin: string
  /** URL paths of the tables that receive the commits in turn. */
  readonly paths: readonly string[]
  /** Body of each commit. The text `«N»` in it is replaced by a unique value. */
  readonly body: string
  readonly perSecond: number
}

/**
 * Sends commits at a constant rate until the signal aborts. A commit that takes longer than the interval does
 * not delay the next commit.
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
