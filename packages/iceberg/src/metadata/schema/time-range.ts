import type { PrimitiveKind } from './primitive.ts'

const DATE = /^([+-]?\d+)-(\d\d)-(\d\d)/
const YEAR = /^(?:(?!-0000)-?\d{4}|[+-]\d{5,9})-/
const BEYOND_MICROS = /\.\d{6}\d*[1-9]/

const DAYS_OF_400_YEARS = 146_097
/** Number of days from 0000-03-01 to 1970-01-01. */
const EPOCH = 719_468

/** Units per day of each date and timestamp type, and the number of bits of its stored integer. */
const UNITS: Readonly<Partial<Record<PrimitiveKind, readonly [unitsPerDay: bigint, bits: number]>>> = {
  date: [1n, 32],
  timestamp: [86_400_000_000n, 64],
  timestamptz: [86_400_000_000n, 64],
  timestamp_ns: [86_400_000_000_000n, 64],
  timestamptz_ns: [86_400_000_000_000n, 64],
}

/**
 * Checks the value of a date, time or timestamp whose format is correct. Returns the problem if the year is not in a form
 * that readers accept, if it has more digits than the type stores, or if it is outside the range of the type. Returns
 * undefined for valid values and for other types.
 */
export function timeProblem(kind: PrimitiveKind, text: string): string | undefined {
  const inMicros = kind === 'time' || kind === 'timestamp' || kind === 'timestamptz'
  if (inMicros && BEYOND_MICROS.test(text))
    return `${text} has more than six digits of a second, which a ${kind} cannot store. Round it to microseconds.`
  const units = UNITS[kind]
  if (units === undefined) return undefined
  if (!YEAR.test(text))
    return `the year of ${text} must have four digits, or a sign and five to nine. Write it as in 2024-01-31 or +12024-01-31.`
  const [unitsPerDay, bits] = units
  const first = BigInt(daysSinceEpoch(text)) * unitsPerDay
  const last = first + unitsPerDay - 1n
  if (BigInt.asIntN(bits, first) === first && BigInt.asIntN(bits, last) === last) return undefined
  return `${text} is outside the range of a ${kind}. Choose a date nearer to 1970.`
}

/**
 * Returns the number of days from 1970-01-01 to a date of the proleptic Gregorian calendar (Howard Hinnant,
 * "days_from_civil").
 */
export function daysSinceEpoch(text: string): number {
  const [, years = '1970', months = '1', days = '1'] = DATE.exec(text) ?? []
  const month = Number(months)
  const year = Number(years) - (month <= 2 ? 1 : 0)
  const era = Math.floor(year / 400)
  const yearOfEra = year - era * 400
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + Number(days) - 1
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear
  return era * DAYS_OF_400_YEARS + dayOfEra - EPOCH
}
