const DURATION = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:[.,]\d+)?)S)?)?$/

/**
 * Parses a duration of ISO 8601 in days, hours, minutes and seconds. Returns 0 for any other text.
 *
 * @returns milliseconds
 * @example durationMs('PT30M') // 1_800_000
 */
export function durationMs(text: string): number {
  const match = DURATION.exec(text)
  if (match === null) return 0
  const [days, hours, minutes, seconds] = match
    .slice(1)
    .map((part) => Number((part ?? '0').replace(',', '.')))
  return ((((days ?? 0) * 24 + (hours ?? 0)) * 60 + (minutes ?? 0)) * 60 + (seconds ?? 0)) * 1_000
}
