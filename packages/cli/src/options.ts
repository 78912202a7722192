import { InvalidArgumentError, Option } from 'commander'

/** Reads a whole number above zero. */
export function positive(text: string): number {
  const number = /^\d{1,9}$/.test(text) ? Number(text) : 0
  if (number > 0) return number
  throw new InvalidArgumentError('It must be a whole number above 0.')
}

/** Reads a port; 0 is a free one. */
export function portNumber(text: string): number {
  const number = /^\d{1,5}$/.test(text) ? Number(text) : 65_536
  if (number <= 65_535) return number
  throw new InvalidArgumentError('It must be a port: 0 to 65535.')
}

export function limitOption(fallback?: number): Option {
  const option = new Option('--limit <n>', 'show this many at most').argParser(positive)
  return fallback === undefined ? option : option.default(fallback)
}

/** Reads `KEY=VALUE`, given once for each key. */
export function keyValue(
  text: string,
  before: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  const equals = text.indexOf('=')
  if (equals < 1) throw new InvalidArgumentError('It must be KEY=VALUE.')
  return { ...before, [text.slice(0, equals)]: text.slice(equals + 1) }
}

/** Reads a text that may be given several times. */
export function several(text: string, before: readonly string[] | false = []): readonly string[] {
  // False after the option's negation.
  return [...(before === false ? [] : before), text]
}
