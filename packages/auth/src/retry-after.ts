/**
 * How long a server asks to wait, in milliseconds, by its header `Retry-After` (RFC 9110 section 10.2.3): seconds, or
 * a date that is compared with `now` (epoch ms). Undefined when there is none, or none that can be read.
 */
export function retryAfterMs(header: string | null, now: number): number | undefined {
  const text = header?.trim() ?? ''
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1_000
  // Only the date form: Date.parse reads nearly anything that has a number in it.
  const date = /^[A-Za-z]{3,9},? /.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(date) ? undefined : Math.max(0, date - now)
}
