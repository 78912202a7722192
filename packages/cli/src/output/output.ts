import { stringify, type Json } from '@headgate/json'
import type { Io } from '../io.ts'
import { type Paint, paintFor } from './paint.ts'
import { visibleLines } from './visible.ts'

/** Output of a command. The result is printed on standard output, and all other text on standard error. */
export interface Output {
  readonly json: boolean
  readonly paint: Paint
  /** Columns of the terminal that shows the result. Null: the output is not a terminal, so its width has no limit. */
  readonly width: number | null
  /**
   * Prints the result of the command. A command calls it once. Calls `human` for the text, unless the user requested
   * JSON.
   */
  result(result: ResultText, human: (paint: Paint) => string): void
  /** Prints a remark on standard error, unless the user requested JSON. */
  note(text: string): void
  /** Prints a warning on standard error. */
  warn(text: string): void
  /** Shows the progress of a long command in one line of a terminal, which the next output overwrites. */
  progress(text: string): void
}

/** Result of a command as JSON: a value, or the JSON text that the server sent. */
export type ResultText = { readonly json: Json } | { readonly text: string }

const defaultWidth = 80

export function createOutput(io: Io, json: boolean): Output {
  const paint = paintFor(io.stdout, io.env)
  const paintError = paintFor(io.stderr, io.env)
  let progressShown = false
  let lastProgress = 0

  function clearProgress(): void {
    if (progressShown) io.stderr.write('\r\u001b[K')
    progressShown = false
  }

  return {
    json,
    paint,
    width: io.stdout.isTTY === true ? (io.stdout.columns ?? defaultWidth) : null,
    result(result, human) {
      clearProgress()
      const text = json ? toDocument(result) : human(paint)
      if (text !== '') io.stdout.write(`${text}\n`)
    },
    note(text) {
      clearProgress()
      if (!json) io.stderr.write(`${paintError('dim', visibleLines(text))}\n`)
    },
    warn(text) {
      clearProgress()
      io.stderr.write(`${paintError('yellow', 'warning:')} ${visibleLines(text)}\n`)
    },
    progress(text) {
      if (io.stderr.isTTY !== true || Date.now() - lastProgress < 100) return
      lastProgress = Date.now()
      progressShown = true
      io.stderr.write(`\r\u001b[K${paintError('dim', visibleLines(text))}`)
    },
  }
}

/** Returns the result as exactly one JSON document. For an empty response, returns an empty object. */
function toDocument(result: ResultText): string {
  const text = 'text' in result ? result.text.trim() : stringify(result.json)
  return text === '' ? '{}' : text
}
