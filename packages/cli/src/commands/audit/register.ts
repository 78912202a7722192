import type { Command } from 'commander'
import { CliError } from '../../cli-error.ts'
import { readList } from '../../connection/pages.ts'
import { exitCode } from '../../exit-code.ts'
import type { Io } from '../../io.ts'
import { limitOption } from '../../options.ts'
import { inSession, type Session } from '../../session.ts'
import { showList } from '../../show-list.ts'
import { columns } from './event.ts'
import { exportEvents } from './export.ts'
import { followEvents } from './follow.ts'
import { addQueryOptions, eventList, type QueryOptions, toQuery } from './query.ts'

interface Options extends QueryOptions {
  readonly limit?: number
  readonly follow?: true
  readonly export?: string
}

const defaultLimit = 100
const emptyNote =
  'The database contains changes and refusals; refusals appear within a second. HEADGATE_AUDIT_READS of the server ' +
  "decides where reads and failed requests are recorded: by default in its log, with 'store' in the database too."

export function registerAudit(program: Command, io: Io): void {
  addQueryOptions(
    program
      .command('audit')
      .description(
        'Shows changes and refusals, newest first. Equal refusals of one minute are one event with a count. --json and --export contain every detail.',
      ),
  )
    .addOption(limitOption().default(undefined, `${defaultLimit}; all with --export`))
    .option('--follow', 'show new events, one per line, until the command is interrupted')
    .option('--export <file>', 'write one JSON document for each event, oldest first; - is standard output')
    .action(inSession(io, audit))
}

async function audit(session: Session, options: Options): Promise<void> {
  const { limit, follow, export: file, ...selection } = options
  const query = toQuery(selection, session.warehouse)
  if (follow === true) {
    const others = Object.entries({ '--export': file, '--until': selection.until, '--limit': limit })
    const [conflict] = others.find(([, value]) => value !== undefined) ?? []
    if (conflict !== undefined)
      throw new CliError(
        exitCode.usage,
        `--follow runs until it is interrupted, so it cannot be used with ${conflict}. Omit one of them.`,
      )
    await followEvents(session, query)
  } else if (file !== undefined) {
    await exportEvents(session, query, { file, limit })
  } else {
    const listed = await readList(session, eventList(session, query, limit ?? defaultLimit))
    showList(session, listed, 'such events', columns)
    if (listed.items.length === 0) session.out.note(emptyNote)
  }
}
