import { randomBytes } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { rename, unlink } from 'node:fs/promises'
import { resolve } from 'node:path'
import { Readable, type Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { stringify } from '@headgate/json'
import { CliError } from '../../cli-error.ts'
import type { Call } from '../../connection/client.ts'
import { pagesOf } from '../../connection/pages.ts'
import { exitCode } from '../../exit-code.ts'
import { visible } from '../../output/visible.ts'
import type { Session } from '../../session.ts'
import { auditEvent } from './event.ts'

interface Export {
  /** `-`: standard output. */
  readonly file: string
  readonly limit: number | undefined
}

/**
 * Writes events as JSON lines, one page in memory at a time, as fast as they are taken. A file gets its name when it
 * is whole: what is there before stays until then.
 */
export async function exportEvents(
  session: Session,
  query: NonNullable<Call['query']>,
  { file, limit }: Export,
): Promise<void> {
  // What comes while this runs would have no end.
  const until = query['until'] ?? new Date().toISOString()
  let count = 0
  async function* lines(): AsyncGenerator<string> {
    const list = { path: '/management/v1/audit', key: 'events', item: auditEvent, limit }
    for await (const { raw } of pagesOf(session, { ...list, query: { ...query, until, order: 'oldest' } })) {
      count += raw.length
      yield raw.map((event) => `${stringify(event)}\n`).join('')
    }
  }
  if (file === '-') await pipeline(Readable.from(lines()), session.io.stdout, { end: false })
  else await writeWhole(resolve(session.io.cwd, file), lines)
  session.out.note(`${count} events${file === '-' ? '' : ` in ${file}`}.`)
}

async function writeWhole(path: string, lines: () => AsyncIterable<string>): Promise<void> {
  const draft = `${path}.${randomBytes(6).toString('hex')}.tmp`
  try {
    // Who did what is not for everybody on this machine.
    await pipeline(Readable.from(lines()), created(draft))
    await rename(draft, path)
  } catch (error) {
    await unlink(draft).catch(() => undefined)
    if (error instanceof CliError) throw error
    const why = error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason'
    throw new CliError(exitCode.usage, `${visible(path)} cannot be written: ${why}.`, { cause: error })
  }
}

function created(draft: string): Writable {
  return createWriteStream(draft, { flags: 'wx', mode: 0o600, flush: true })
}
