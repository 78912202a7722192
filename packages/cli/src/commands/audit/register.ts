import type { Command } from 'commander'
import { CliError } from '../../cli-error.ts'
import { readList } from '../../connection/pages.ts'
import { exitCode } from '../../exit-code.ts'
import type { Io } from '../../io.ts'
import { limitOption } from '../../options.ts'
import { inSession, type Session } from '../../session.ts'
import { showList } from '../../show-list.ts'
import { auditEvent, columns } from './event.ts'
import { exportEvents } from './export.ts'
import { followEvents } from './follow.ts'
import { addQueryOptions, type QueryOptions, queryOf } from './query.ts'

interface Options extends QueryOptions {
  readonly limit?: number
  readonly follow?: true
  readonly export?: string
}

const shownByDefault = 100
const whereEventsGo =
  'Changes and refusals are kept in the database; refusals appear there within a second. Reads and failed requests are ' +
  "where HEADGATE_AUDIT_READS of the server says: by default in its log, with 'store' here too."

export function registerAudit(program: Command, io: Io): void {
  addQueryOptions(
    program
      .command('audit')
      .description(
        'Shows what was done and refused, newest first; equal refusals of a minute are one event with their count. --json and --export have every detail.',
      ),
  )
    .addOption(limitOption().default(undefined, `${shownByDefault}; with --export, all`))
    .option('--follow', 'show what happens from now on, line by line, until interrupted')
    .option('--export <file>', 'write one JSON document per line, oldest first; - is standard output')
    .action(inSession(io, audit))
}

async function audit(session: Session, options: Options): Promise<void> {
  const { limit, follow, export: file, ...asked } = options
  const query = queryOf(asked, session.warehouse)
  if (follow === true) {
    const other = Object.entries({ '--export': file, '--until': asked.until, '--limit': limit })
    const [clash] = other.find(([, value]) => value !== undefined) ?? []
    if (clash !== undefined)
      throw new CliError(exitCode.usage, `--follow goes on for ever, so there can be no ${clash} with it.`)
    await followEvents(session, query)
  } else if (file !== undefined) {
    await exportEvents(session, query, { file, limit })
  } else {
    const list = { path: '/management/v1/audit', query, key: 'events', item: auditEvent }
    const found = await readList(session, { ...list, limit: limit ?? shownByDefault })
    showList(session, found, 'such events', columns)
    if (found.items.length === 0) session.out.note(whereEventsGo)
  }
}
