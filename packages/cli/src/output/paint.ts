import { styleText } from 'node:util'
import type { Writable } from 'node:stream'
import type { Io, Terminal } from '../io.ts'

type Format = Parameters<typeof styleText>[0]

/** Formats text with a colour if the output stream supports colours; otherwise returns the text unchanged. */
export type Paint = (format: Format, text: string) => string

const plain: Paint = (_, text) => text
const coloured: Paint = (format, text) => styleText(format, text, { validateStream: false })

/** Returns a painter that uses colours on a terminal only, and never with NO_COLOR (no-color.org) or TERM=dumb. */
export function paintFor(stream: Terminal<Writable>, env: Io['env']): Paint {
  return hasColours(stream, env) ? coloured : plain
}

export function hasColours(stream: Terminal<Writable>, env: Io['env']): boolean {
  return stream.isTTY === true && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb'
}
