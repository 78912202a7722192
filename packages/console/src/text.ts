/**
 * Translations of the texts of the page, keyed by the English text. The console has only English texts so far, so the
 * map is empty.
 */
const translations: Readonly<Record<string, string>> = {}

/**
 * Translates an English text to the language of the page, and replaces each `{name}` by a value.
 *
 * @example
 * ```ts
 * t('{count} tables', { count: 3 })
 * ```
 */
export function t(text: string, values: Readonly<Record<string, string | number>> = {}): string {
  return (translations[text] ?? text).replaceAll(/\{(\w+)\}/g, (whole, name: string) =>
    String(values[name] ?? whole),
  )
}

const numbers = new Intl.NumberFormat('en')

/** Formats a number with separators between thousands. */
export function formatNumber(value: number | string): string {
  return typeof value === 'number' ? numbers.format(value) : numbers.format(BigInt(value))
}

const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB']

/** Formats a number of bytes in the largest unit that fits, such as `1.5 GiB`. */
export function formatBytes(bytes: number): string {
  const power = bytes < 1 ? 0 : Math.min(Math.floor(Math.log2(bytes) / 10), units.length - 1)
  const value = bytes / 1024 ** power
  return `${value.toFixed(power === 0 || value >= 100 ? 0 : 1)} ${units[power]}`
}

const steps = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
] as const
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' })

/** Formats a time relative to now, such as "3 hours ago". */
export function formatRelative(epochMs: number, now: number = Date.now()): string {
  const seconds = Math.round((epochMs - now) / 1000)
  for (const [unit, length] of steps)
    if (Math.abs(seconds) >= length) return relative.format(Math.round(seconds / length), unit)
  return Math.abs(seconds) < 10 ? t('just now') : relative.format(seconds, 'second')
}
