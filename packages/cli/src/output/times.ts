/** A moment as people read it, in UTC: `2026-01-31 12:00:00Z`. What is no moment is shown as it is. */
export function moment(text: string | number | bigint | null | undefined): string | null {
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

/** A number of seconds as people say it: `7 d`, `90 s`. */
export function duration(seconds: number): string {
  const unit = units.find(([, size]) => seconds >= size && seconds % size === 0)
  return unit === undefined ? `${seconds} s` : `${seconds / unit[1]} ${unit[0]}`
}
