import { z } from 'zod'
import { moment } from '../../output/times.ts'
import type { Column } from '../../output/table.ts'

/** What is shown of an event; `--json` and `--export` have all of it. */
export interface AuditEvent {
  readonly id: string
  readonly at: string
  readonly principal: string
  readonly actors: readonly string[]
  readonly operation: string
  readonly object: string | null
  readonly outcome: string
  /** How many equal refusals of one minute it stands for. Older servers do not say it. */
  readonly count: number
  readonly reason: string | null
  readonly queryId: string | null
}

export const auditEvent: z.ZodType<AuditEvent> = z.object({
  id: z.string(),
  at: z.string(),
  principal: z.string(),
  actors: z.array(z.string()),
  operation: z.string(),
  object: z.string().nullable(),
  outcome: z.string(),
  count: z.number().default(1),
  reason: z.string().nullable(),
  queryId: z.string().nullable(),
})

const colours: Readonly<Record<string, 'red' | 'yellow'>> = { denied: 'red', failed: 'yellow' }

export const columns: readonly Column<AuditEvent>[] = [
  { heading: 'at', cell: ({ at }) => moment(at) },
  {
    heading: 'outcome',
    cell: ({ outcome, count }) => (count === 1 ? outcome : `${outcome} ×${count}`),
    paint: ({ outcome }) => colours[outcome] ?? null,
  },
  { heading: 'principal', cell: ({ principal, actors }) => [principal, ...actors].join(' via ') },
  { heading: 'operation', cell: ({ operation }) => operation },
  { heading: 'object', cell: ({ object }) => object },
  { heading: 'query', cell: ({ queryId }) => queryId },
  { heading: 'reason', cell: ({ reason }) => reason },
]
