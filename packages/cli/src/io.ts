import type { Readable, Writable } from 'node:stream'

/** Stream that may be a terminal. */
export type Terminal<Stream> = Stream & {
  readonly isTTY?: boolean | undefined
  /** Width of the terminal in columns. Undefined if the stream is not a terminal. */
  readonly columns?: number | undefined
}

/** Arguments, streams and environment of the process. Tests pass their own. */
export interface Io {
  /** Arguments without the name of the program. */
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
  /** Folder to which relative paths refer. */
  readonly cwd: string
  readonly stdin: Terminal<Readable>
  readonly stdout: Terminal<Writable>
  readonly stderr: Terminal<Writable>
}
