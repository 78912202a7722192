import { type Command, InvalidArgumentError } from 'commander'
import { z } from 'zod'
import { readList } from '../connection/pages.ts'
import type { Io } from '../io.ts'
import { limitOption } from '../options.ts'
import { moment } from '../output/times.ts'
import { inSession, type Session } from '../session.ts'
import { showList } from '../show-list.ts'

interface Options {
  readonly from?: string
  readonly until?: string
  readonly principal?: string
  readonly operation?: string
  readonly limit: number
}

const event = z.object({
  at: z.string(),
  principal: z.string(),
  actors: z.array(z.string()),
  operation: z.string(),
  object: z.string().nullable(),
  outcome: z.string(),
  reason: z.string().nullable(),
})

const colours: Readonly<Record<string, 'red' | 'yellow'>> = { denied: 'red', failed: 'yellow' }

export function registerAudit(program: Command, io: Io): void {
  program
    .command('audit')
    .description('Shows what was done and refused, newest first. --json has every detail.')
    .option('--from <time>', 'not before: 2026-01-31T12:00:00Z, a day, or how long ago: 90m, 24h, 7d', when)
    .option('--until <time>', 'before, written as for --from', when)
    .option('--principal <name>', 'only what this principal did')
    .option('--operation <name>', 'only this operation, such as dropTable')
    .addOption(limitOption(100))
    .action(inSession(io, audit))
}

async function audit(session: Session, { limit, ...query }: Options): Promise<void> {
  const listed = await readList(session, {
    path: '/management/v1/audit',
    query,
    key: 'events',
    item: event,
    limit,
  })
  showList(session, listed, 'such events', [
    { heading: 'at', cell: ({ at }) => moment(at) },
    {
      heading: 'outcome',
      cell: ({ outcome }) => outcome,
      paint: ({ outcome }) => colours[outcome] ?? null,
    },
    { heading: 'principal', cell: ({ principal, actors }) => [principal, ...actors].join(' via ') },
    { heading: 'operation', cell: ({ operation }) => operation },
    { heading: 'object', cell: ({ object }) => object },
    { heading: 'reason', cell: ({ reason }) => reason },
  ])
}

const unitMs = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const

/** A moment in RFC 3339, from a moment, a day, or a time ago. */
function when(text: string): string {
  const [, count, unit] = /^(\d{1,6})([mhd])$/.exec(text) ?? []
  const time =
    count === undefined ? Date.parse(text) : Date.now() - Number(count) * unitMs[unit as keyof typeof unitMs]
  const clear = count !== undefined || /^\d{4}-\d\d-\d\d(T.*(Z|[+-]\d\d:\d\d))?$/.test(text)
  if (clear && !Number.isNaN(time)) return new Date(time).toISOString()
  throw new InvalidArgumentError('Write 2026-01-31T12:00:00Z, 2026-01-31, 90m, 24h or 7d.')
}
