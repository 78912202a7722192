/** A successful attack. */
export interface Escape {
  /** Number of the case in the run. */
  readonly index: number
  readonly what: string
  /** Statuses of the responses. */
  readonly statuses: readonly number[]
  readonly found: readonly string[]
}

/** Describes an escape: suite, number of the case, requests, statuses and findings. */
export function escapeText(name: string, { index, what, statuses, found }: Escape): string {
  const lines = found.map((line) => `       ${line}`)
  return [`ESCAPE ${name}, case ${index}: ${what}, statuses ${statuses.join(', ')}`, ...lines].join('\n')
}
