import type { AuditEvent } from '../../management/generated/schemas.ts'
import type { Column } from '../../output/table.ts'
import { formatTime } from '../../output/times.ts'

const colours: Readonly<Record<string, 'red' | 'yellow'>> = { denied: 'red', failed: 'yellow' }

/**
 * Columns of the table of audit events. The options `--json` and `--export` also show all other members of an event.
 */
export const columns: readonly Column<AuditEvent>[] = [
  { heading: 'id', cell: ({ id }) => id, right: true },
  { heading: 'at', cell: ({ at }) => formatTime(at), whole: true },
  {
    heading: 'outcome',
    cell: ({ outcome, count }) => (count === 1 ? outcome : `${outcome} ×${count}`),
    paint: ({ outcome }) => colours[outcome] ?? null,
  },
  { heading: 'principal', cell: (event) => [formatPrincipal(event), ...event.actors].join(' via ') },
  { heading: 'operation', cell: ({ operation }) => operation },
  { heading: 'object', cell: ({ object }) => object },
  { heading: 'query', cell: ({ queryId }) => queryId },
  { heading: 'reason', cell: ({ reason }) => reason },
]

/** Returns the principal of an event. For a caller that was not identified, adds the subject that its token claims. */
function formatPrincipal({ principal, principalId, detail }: AuditEvent): string {
  const claimed: unknown = principalId === null ? detail?.['claimed'] : undefined
  const [first] = Array.isArray(claimed) ? (claimed as readonly unknown[]) : []
  const subject = isObject(first) ? first['subject'] : undefined
  return typeof subject === 'string' ? `${principal} (claims ${subject})` : principal
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
