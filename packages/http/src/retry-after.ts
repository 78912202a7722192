/**
 * Parses the header `Retry-After` (RFC 9110, section 10.2.3) and returns the time to wait in ms. The header contains
 * seconds, or a date that is compared with `now` (epoch ms). Returns undefined for a missing or invalid header.
 *
 * @example
 * ```ts
 * retryAfterMs('120', Date.now()) // 120_000
 * ```
 */
export function retryAfterMs(header: string | null, now: number): number | undefined {
  const text = header?.trim() ?? ''
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1_000
  // Date.parse accepts nearly every text that contains a number, so the form of the date is checked first.
  const date = /^[A-Za-z]{3,9},? /.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(date) ? undefined : Math.max(0, date - now)
}
