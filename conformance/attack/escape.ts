/** Something that got through. */
export interface Escape {
  /** Which case of the run. */
  readonly index: number
  readonly what: string
  /** The statuses that were answered. */
  readonly statuses: readonly number[]
  readonly found: readonly string[]
}

/** It, with what to try again. */
export function escapeText(name: string, { index, what, statuses, found }: Escape): string {
  const lines = found.map((line) => `       ${line}`)
  return [`ESCAPE ${name}, case ${index}: ${what}, answered ${statuses.join(', ')}`, ...lines].join('\n')
}
