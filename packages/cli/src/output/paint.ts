import { styleText } from 'node:util'
import type { Writable } from 'node:stream'
import type { Io, Terminal } from '../io.ts'

type Format = Parameters<typeof styleText>[0]

/** Gives text a colour, or leaves it as it is where colours would be in the way. */
export type Paint = (format: Format, text: string) => string

const plain: Paint = (_, text) => text
const coloured: Paint = (format, text) => styleText(format, text, { validateStream: false })

/** Colours on a terminal only, and never under NO_COLOR (no-color.org) or on a dumb one. */
export function paintFor(stream: Terminal<Writable>, env: Io['env']): Paint {
  return hasColours(stream, env) ? coloured : plain
}

export function hasColours(stream: Terminal<Writable>, env: Io['env']): boolean {
  return stream.isTTY === true && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb'
}
