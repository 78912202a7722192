/** A service takes no shorter time, in seconds; where it is not told one, a web identity's own end counts. */
const minDurationSeconds = 900
const maxDurationSeconds = 43_200

/**
 * For how long a session is asked for, in seconds, when `ms` are wanted; null: for as long as the web identity lives,
 * because the service would take no time that short.
 */
export function durationFor(ms: number, withWebIdentity: boolean): number | null {
  const seconds = Math.min(maxDurationSeconds, Math.floor(ms / 1000))
  if (seconds >= minDurationSeconds) return seconds
  return withWebIdentity ? null : minDurationSeconds
}
