/**
 * Minimum session duration in seconds that a security token service accepts. If a request contains no duration, the
 * session ends when the web identity expires.
 */
const minDurationSeconds = 900
const maxDurationSeconds = 43_200

/**
 * Returns the session duration to request, in seconds, for a lifetime in ms. Returns null when the lifetime is shorter
 * than the service accepts. The request then contains no duration, and the session ends when the web identity expires.
 */
export function durationFor(ms: number, withWebIdentity: boolean): number | null {
  const seconds = Math.min(maxDurationSeconds, Math.floor(ms / 1000))
  if (seconds >= minDurationSeconds) return seconds
  return withWebIdentity ? null : minDurationSeconds
}
