import type { Statement, TextValues } from './sql.ts'

/** One execution of a prepared statement, with its values. */
export interface Execution {
  readonly statement: Statement
  readonly values: TextValues
}

// Type bytes of the messages that a client sends (PostgreSQL, Frontend/Backend Protocol, Message Formats).
const CLOSE = 0x43
const PARSE = 0x50
const BIND = 0x42
const EXECUTE = 0x45
const SYNC = 0x53

const statementKind = 'S'
const unlimitedRows = 0
const allText = 0
const nullLength = -1

/** Number of bytes of an execution, without its texts. */
const fixedBytes = 64
const bytesOfValue = 4
/** Maximum number of bytes of one UTF-16 code unit in UTF-8. */
const maxBytesOfUnit = 3

/**
 * Encodes executions of prepared statements as one text of the extended query protocol, which ends with one Sync. The
 * driver would write several buffers and one Sync for each execution, and PostgreSQL sends its responses and ends the
 * transaction at each Sync.
 *
 * @param toPrepare statements that the executions at these indexes prepare first
 */
export function encodeExecutions(
  executions: readonly Execution[],
  toPrepare: ReadonlyMap<number, Statement>,
): Buffer {
  const writer = new Writer(maxBytes(executions, toPrepare))
  for (const [index, { statement, values }] of executions.entries()) {
    const unprepared = toPrepare.get(index)
    if (unprepared !== undefined) writer.prepare(unprepared)
    writer.execute(statement.name, values)
  }
  writer.begin(SYNC)
  writer.end()
  return writer.bytes
}

function maxBytes(executions: readonly Execution[], toPrepare: ReadonlyMap<number, Statement>): number {
  let bytes = fixedBytes
  for (const { name, text } of toPrepare.values()) bytes += fixedBytes + textBytes(name) * 2 + textBytes(text)
  for (const { statement, values } of executions) {
    bytes += fixedBytes + textBytes(statement.name)
    for (const value of values) bytes += bytesOfValue + (value === null ? 0 : textBytes(value))
  }
  return bytes
}

function textBytes(text: string): number {
  return text.length * maxBytesOfUnit
}

class Writer {
  readonly #buffer: Buffer
  #at = 0
  #lengthAt = 0

  constructor(maxLength: number) {
    this.#buffer = Buffer.allocUnsafe(maxLength)
  }

  get bytes(): Buffer {
    return this.#buffer.subarray(0, this.#at)
  }

  begin(type: number): void {
    this.#buffer[this.#at] = type
    this.#lengthAt = this.#at + 1
    this.#at += 5
  }

  end(): void {
    this.#buffer.writeInt32BE(this.#at - this.#lengthAt, this.#lengthAt)
  }

  /** Prepares a statement. Closes it first, because PostgreSQL refuses to prepare a name that exists. */
  prepare({ name, text }: Statement): void {
    this.begin(CLOSE)
    this.#text(statementKind + name)
    this.end()
    this.begin(PARSE)
    this.#text(name)
    this.#text(text)
    this.#int16(0)
    this.end()
  }

  execute(name: string, values: TextValues): void {
    this.begin(BIND)
    this.#text('')
    this.#text(name)
    this.#int16(allText)
    this.#int16(values.length)
    for (const value of values) this.#value(value)
    this.#int16(allText)
    this.end()
    this.begin(EXECUTE)
    this.#text('')
    this.#int32(unlimitedRows)
    this.end()
  }

  #value(value: string | null): void {
    if (value === null) {
      this.#int32(nullLength)
      return
    }
    const lengthAt = this.#at
    this.#at += bytesOfValue
    this.#at += this.#buffer.write(value, this.#at)
    this.#buffer.writeInt32BE(this.#at - lengthAt - bytesOfValue, lengthAt)
  }

  #text(text: string): void {
    this.#at += this.#buffer.write(text, this.#at)
    this.#buffer[this.#at] = 0
    this.#at += 1
  }

  #int16(value: number): void {
    this.#at = this.#buffer.writeInt16BE(value, this.#at)
  }

  #int32(value: number): void {
    this.#at = this.#buffer.writeInt32BE(value, this.#at)
  }
}
