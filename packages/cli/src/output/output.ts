import { stringify, type Json } from '@headgate/json'
import type { Io } from '../io.ts'
import { type Paint, paintFor } from './paint.ts'
import { visibleLines } from './visible.ts'

/** What a command shows: its answer on standard output, everything else on standard error. */
export interface Output {
  readonly json: boolean
  readonly paint: Paint
  /** The answer of the command; called once. `human` is only asked for when no JSON is wanted. */
  answer(answer: AnswerText, human: (paint: Paint) => string): void
  /** A remark for people, on standard error; silent when JSON is asked for. */
  note(text: string): void
  /** What the reader must know, on standard error. */
  warn(text: string): void
  /** How far a long command is, on one line of a terminal that the next one overwrites. */
  progress(text: string): void
}

/** JSON as a value, or as the very text the server sent. */
export type AnswerText = { readonly json: Json } | { readonly text: string }

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
    answer(answer, human) {
      clearProgress()
      const text = json ? textOf(answer) : human(paint)
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

/** Exactly one document; an answer without a body is an empty object. */
function textOf(answer: AnswerText): string {
  const text = 'text' in answer ? answer.text.trim() : stringify(answer.json)
  return text === '' ? '{}' : text
}
