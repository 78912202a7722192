import { randomBytes } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { rename, unlink } from 'node:fs/promises'
import { resolve } from 'node:path'
import { Readable, type Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { stringify } from '@headgate/json'
import { CliError } from '../../cli-error.ts'
import { readPages } from '../../connection/pages.ts'
import { exitCode } from '../../exit-code.ts'
import type { QueryAuditQuery } from '../../management/generated/audit.ts'
import { visible } from '../../output/visible.ts'
import type { Session } from '../../session.ts'
import { eventList } from './query.ts'

interface Export {
  /** Path of the file to write, or `-` for standard output. */
  readonly file: string
  readonly limit: number | undefined
}

/**
 * Writes audit events as JSON lines. Keeps only one page of events in memory, and waits for a slow reader. Writes to a
 * temporary file first, which replaces an existing file when it is complete.
 */
export async function exportEvents(
  session: Session,
  query: QueryAuditQuery,
  { file, limit }: Export,
): Promise<void> {
  // The default end is now. Without an end, the export would never finish while new events arrive.
  const until = query.until ?? new Date().toISOString()
  let count = 0
  async function* lines(): AsyncGenerator<string> {
    const list = eventList(session, { ...query, until, order: 'oldest' }, limit)
    for await (const { raw } of readPages(session, list)) {
      count += raw.length
      yield raw.map((event) => `${stringify(event)}\n`).join('')
    }
  }
  if (file === '-') await pipeline(Readable.from(lines()), session.io.stdout, { end: false })
  else await writeComplete(resolve(session.io.cwd, file), lines)
  session.out.note(`${count} events${file === '-' ? '' : ` in ${file}`}.`)
}

async function writeComplete(path: string, lines: () => AsyncIterable<string>): Promise<void> {
  const draft = `${path}.${randomBytes(6).toString('hex')}.tmp`
  try {
    await pipeline(Readable.from(lines()), createDraft(draft))
    await rename(draft, path)
  } catch (error) {
    await unlink(draft).catch(() => undefined)
    if (error instanceof CliError) throw error
    const reason = error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason'
    throw new CliError(exitCode.usage, `${visible(path)} cannot be written: ${reason}.`, { cause: error })
  }
}

/**
 * Creates the temporary file with permissions for its owner only: other users of the machine must not read audit
 * events.
 */
function createDraft(draft: string): Writable {
  return createWriteStream(draft, { flags: 'wx', mode: 0o600, flush: true })
}
