/** Successful attack of a run. */
export interface Escape {
  /** Number of the case within the run, with which the case can be repeated. */
  readonly index: number
  readonly what: string
  /** HTTP statuses of the responses in the case. */
  readonly statuses: readonly number[]
  readonly found: readonly string[]
}

/** Formats a successful attack as text: suite, number of the case, requests, statuses and findings. */
export function escapeText(name: string, { index, what, statuses, found }: Escape): string {
  const lines = found.map((line) => `       ${line}`)
  return [`ESCAPE ${name}, case ${index}: ${what}, statuses ${statuses.join(', ')}`, ...lines].join('\n')
}
