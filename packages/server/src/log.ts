import { type Logger, pino } from 'pino'

export type Log = Logger

/**
 * The server's structured log on standard error: one JSON object a line, or plain text for people.
 *
 * @param always what every line says besides
 */
export function createLog(
  level: string,
  format: 'json' | 'pretty',
  always: Readonly<Record<string, unknown>> = {},
): Log {
  const options = {
    level,
    base: always,
    timestamp: pino.stdTimeFunctions.isoTime,
    serializers: { err: describe },
  }
  return pino(options, format === 'json' ? jsonLines() : plainText())
}

/** Through the stream that the audit's lines take too: two ways to one pipe would cut into each other's lines. */
function jsonLines(): { write(line: string): void } {
  return { write: (line) => void process.stderr.write(line) }
}

/** `HH:MM:SS level message key=value`: enough for a terminal without another package. */
function plainText(): { write(line: string): void } {
  const names: Readonly<Record<string, string>> = {
    10: 'trace',
    20: 'debug',
    30: 'info',
    40: 'warn',
    50: 'error',
    60: 'fatal',
  }
  return {
    write(line: string): void {
      const { time, level, msg, ...rest } = JSON.parse(line) as Record<string, unknown>
      const fields = Object.entries(rest).map(
        ([key, value]) => ` ${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
      )
      process.stderr.write(
        `${String(time).slice(11, 19)} ${names[String(level)] ?? String(level)} ${String(msg)}${fields.join('')}\n`,
      )
    },
  }
}

/** What is worth knowing of an error. Libraries hang connections and whole requests, secrets included, on theirs. */
function describe(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error)) return typeof error === 'string' ? error : typeof error
  const { name, message, stack } = error
  const code = 'code' in error && typeof error.code === 'string' ? { code: error.code } : {}
  const cause = error.cause === undefined || depth >= 4 ? {} : { cause: describe(error.cause, depth + 1) }
  return { name, ...code, message, ...(depth === 0 ? { stack } : {}), ...cause }
}
