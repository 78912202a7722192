import { InvalidArgumentError, Option } from 'commander'

/** Parses an integer above zero in an option of the command line. */
export function positive(text: string): number {
  const number = /^\d{1,9}$/.test(text) ? Number(text) : 0
  if (number > 0) return number
  throw new InvalidArgumentError('The value must be an integer above 0.')
}

/** Parses a port number in an option of the command line. Port 0 means any free port. */
export function portNumber(text: string): number {
  const number = /^\d{1,5}$/.test(text) ? Number(text) : 65_536
  if (number <= 65_535) return number
  throw new InvalidArgumentError('The value must be a port number: 0 to 65535.')
}

export function limitOption(fallback?: number): Option {
  const option = new Option('--limit <n>', 'maximum number of results').argParser(positive)
  return fallback === undefined ? option : option.default(fallback)
}

/** Parses one `KEY=VALUE` of a repeatable option, and adds it to the values before it. */
export function keyValue(
  text: string,
  before: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  const equals = text.indexOf('=')
  if (equals < 1) throw new InvalidArgumentError('The value must be KEY=VALUE.')
  return { ...before, [text.slice(0, equals)]: text.slice(equals + 1) }
}

/** Adds one value of a repeatable option to the values before it. */
export function repeatable(text: string, before: readonly string[] | false = []): readonly string[] {
  // `before` is false if the negated form of the option (`--no-…`) precedes this value.
  return [...(before === false ? [] : before), text]
}

const secondsOfUnit: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 }

/** Parses a duration (`90s`, `15m`, `12h`, `7d` or `0`). Returns seconds. */
export function parseSeconds(text: string): number {
  const [, count, unit] = /^(\d{1,9})([smhd])$/.exec(text) ?? []
  if (text === '0') return 0
  if (count !== undefined && unit !== undefined) return Number(count) * (secondsOfUnit[unit] ?? 1)
  throw new InvalidArgumentError('Write 7d, 12h, 15m, 90s or 0.')
}
