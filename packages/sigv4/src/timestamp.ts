const BASIC = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/
const IMF_FIXDATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/

/** Formats a time for Signature Version 4, in whole seconds: `20150830T123600Z`. */
export function formatTimestamp(date: Date): string {
  return `${date.toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`
}

/** Parses a time such as `20150830T123600Z`. Returns undefined for another form, or for a day that does not exist. */
export function parseTimestamp(text: string): Date | undefined {
  const parts = BASIC.exec(text)
  if (parts === null) return undefined
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.slice(1).map(Number)
  const date = new Date(Date.UTC(year, month - 1, day, hour, minute, second))
  // `Date` accepts 30 February as a day in March, and hour 25 as the next day; then the month or the day differs.
  const same = date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day
  return same && hour < 24 && minute < 60 && second < 60 ? date : undefined
}

/**
 * Parses the HTTP header `Date` (RFC 9110 section 5.6.7, preferred form). Also accepts the form `20150830T123600Z`.
 */
export function parseHttpDate(text: string): Date | undefined {
  if (!IMF_FIXDATE.test(text)) return parseTimestamp(text)
  const date = new Date(text)
  return !Number.isNaN(date.getTime()) && date.toUTCString() === text ? date : undefined
}
