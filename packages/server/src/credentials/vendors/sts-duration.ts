/** Minimum session duration of a service, in seconds. Without a duration, the expiry of the web identity applies. */
const minDurationSeconds = 900
const maxDurationSeconds = 43_200

/**
 * Returns the session duration to request, in seconds, for a lifetime of `ms`. Null: the session lasts as long as the web
 * identity, because the service refuses a duration that short.
 */
export function durationFor(ms: number, withWebIdentity: boolean): number | null {
  const seconds = Math.min(maxDurationSeconds, Math.floor(ms / 1000))
  if (seconds >= minDurationSeconds) return seconds
  return withWebIdentity ? null : minDurationSeconds
}
