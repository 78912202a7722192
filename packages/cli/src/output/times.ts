/** Formats a time in UTC: `2026-01-31 12:00:00Z`. Returns text that is not a time unchanged. */
export function formatTime(text: string | number | bigint | null | undefined): string | null {
  if (text === null || text === undefined) return null
  const time = typeof text === 'string' ? Date.parse(text) : Number(text)
  if (!Number.isFinite(time) || Math.abs(time) > 8.64e15) return String(text)
  return new Date(time)
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d+Z$/, 'Z')
}

const units = [
  ['d', 86_400],
  ['h', 3_600],
  ['min', 60],
] as const

/** Formats a number of seconds in its largest whole unit: `7 d`, `90 s`. */
export function formatDuration(seconds: number): string {
  const unit = units.find(([, size]) => seconds >= size && seconds % size === 0)
  return unit === undefined ? `${seconds} s` : `${seconds / unit[1]} ${unit[0]}`
}

const unitMs = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const

/**
 * Parses a time, a day, or a duration before now (`90m`, `24h`, `7d`). Returns the time in the format of RFC 3339, or
 * null for any other text.
 */
export function parseTime(text: string): string | null {
  const [, count, unit] = /^(\d{1,6})([mhd])$/.exec(text) ?? []
  const time =
    count === undefined ? Date.parse(text) : Date.now() - Number(count) * unitMs[unit as keyof typeof unitMs]
  const isValid = count !== undefined || /^\d{4}-\d\d-\d\d(T.*(Z|[+-]\d\d:\d\d))?$/.test(text)
  return isValid && !Number.isNaN(time) ? new Date(time).toISOString() : null
}

const remainingUnits = [
  ['d', 86_400],
  ['h', 3_600],
  ['min', 60],
  ['s', 1],
] as const

/** Formats the time from now until a moment in its largest unit, rounded: `47 min`. Returns `0 s` for the past. */
export function formatRemaining(text: string, now: number = Date.now()): string {
  const seconds = Math.max(0, Math.round((Date.parse(text) - now) / 1000))
  const [name, size] = remainingUnits.find(([, each]) => seconds >= 2 * each) ?? ['s', 1]
  return `${Math.round(seconds / size)} ${name}`
}
