import { type Logger, pino } from 'pino'

export type Log = Logger

/**
 * Creates the server's structured log on standard error: one JSON object per line, or plain text for people.
 *
 * @param always fields that every line contains
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

/**
 * Writes log lines through the stream of the audit lines, because lines of two streams to the same pipe could
 * be mixed.
 */
function jsonLines(): { write(line: string): void } {
  return { write: (line) => void process.stderr.write(line) }
}

/** Formats a line as `HH:MM:SS level message key=value`: readable in a terminal without a further package. */
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

/** Returns the safe fields of an error. Libraries attach connections and whole requests, including secrets, to their errors. */
function describe(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error)) return typeof error === 'string' ? error : typeof error
  const { name, message, stack } = error
  const code = 'code' in error && typeof error.code === 'string' ? { code: error.code } : {}
  const cause = error.cause === undefined || depth >= 4 ? {} : { cause: describe(error.cause, depth + 1) }
  return { name, ...code, message, ...(depth === 0 ? { stack } : {}), ...cause }
}
