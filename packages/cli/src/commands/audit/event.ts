import type { AuditEvent } from '../../management/generated/schemas.ts'
import type { Column } from '../../output/table.ts'
import { formatTime } from '../../output/times.ts'

const colours: Readonly<Record<string, 'red' | 'yellow'>> = { denied: 'red', failed: 'yellow' }

/**
 * Columns of the table of audit events. The options `--json` and `--export` also show all other members of an event.
 */
export const columns: readonly Column<AuditEvent>[] = [
  { heading: 'at', cell: ({ at }) => formatTime(at) },
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
