const BASIC = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/
const IMF_FIXDATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/

/** A moment in the form that Signature Version 4 uses, to the second: `20150830T123600Z`. */
export function formatTimestamp(date: Date): string {
  return `${date.toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`
}

/** The moment of `20150830T123600Z`, or undefined when it is spelled otherwise or is no date of the calendar. */
export function parseTimestamp(text: string): Date | undefined {
  const parts = BASIC.exec(text)
  if (parts === null) return undefined
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.slice(1).map(Number)
  const date = new Date(Date.UTC(year, month - 1, day, hour, minute, second))
  // The engine turns 30 February into March, and hour 25 into the next day; then the month or the day differs.
  const same = date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day
  return same && hour < 24 && minute < 60 && second < 60 ? date : undefined
}

/** The moment of an HTTP `Date` header (RFC 9110 section 5.6.7, preferred form), or of a basic timestamp in it. */
export function parseHttpDate(text: string): Date | undefined {
  if (!IMF_FIXDATE.test(text)) return parseTimestamp(text)
  const date = new Date(text)
  return !Number.isNaN(date.getTime()) && date.toUTCString() === text ? date : undefined
}
