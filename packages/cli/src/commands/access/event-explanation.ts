import type { ExplainEventResponse } from '../../management/generated/audit.ts'
import type { AuditEvent } from '../../management/generated/schemas.ts'
import { formatSecurable } from '../../names/securable.ts'
import type { Paint } from '../../output/paint.ts'
import { details, type Fact, table } from '../../output/table.ts'
import { formatTime } from '../../output/times.ts'
import { formatExplanation } from './explanation.ts'

/** Formats an audit event, the decision for the same caller and object now, and the changes in between. */
export function formatEventExplanation(
  paint: Paint,
  explanation: ExplainEventResponse,
  width: number | null = null,
): string {
  const { event, now, unexplained, changes } = explanation
  const parts = [
    paint('bold', `Then, ${formatTime(event.at) ?? '-'}`),
    details(paint, [...eventFacts(event), ...claimedFacts(explanation)]),
    '',
    paint('bold', 'Now'),
    now === null
      ? `The decision cannot be made again: ${reasons[unexplained ?? ''] ?? String(unexplained)}.`
      : formatExplanation(paint, now, formatSecurable(now.on), width),
  ]
  if (changes.length > 0)
    parts.push('', paint('bold', 'Changed in between'), table(paint, changes, changeColumns, width))
  return parts.join('\n')
}

const changeColumns = [
  { heading: 'at', cell: ({ at }: AuditEvent) => formatTime(at) },
  { heading: 'principal', cell: ({ principal }: AuditEvent) => principal },
  { heading: 'operation', cell: ({ operation }: AuditEvent) => operation },
  { heading: 'object', cell: ({ object }: AuditEvent) => object },
]

const reasons: Readonly<Record<string, string>> = {
  'not-identified': 'the token was refused, so the caller has no identity',
  'principal-removed': 'the principal or the engine was removed',
  'no-object': 'the event names no object that existed',
  'object-removed': 'the object was dropped or deleted',
  'no-privilege': 'the event contains no decision about a privilege',
}

function eventFacts(event: AuditEvent): readonly Fact[] {
  const { principal, actors, operation, object, privilege, outcome, reason, count, queryId } = event
  return [
    ['principal', [principal, ...actors].join(' via ')],
    ['operation', operation],
    ['object', object],
    ['privilege', privilege ?? undefined],
    ['outcome', count === 1 ? outcome : `${outcome} ×${count}`],
    ['reason', reason ?? undefined],
    ['query', queryId ?? undefined],
  ]
}

/**
 * Returns the lines `token NAME: VALUE` for the claims of the refused tokens of a request, such as their issuer and
 * subject.
 */
function claimedFacts({ event, claimedIssuerConfigured }: ExplainEventResponse): readonly Fact[] {
  const claimed: unknown = event.detail?.['claimed']
  const list: readonly unknown[] = Array.isArray(claimed) ? claimed : []
  const facts = list.flatMap((one) =>
    typeof one === 'object' && one !== null
      ? Object.entries(one).map(([name, value]): Fact => [`token ${name}`, formatClaim(value)])
      : [],
  )
  if (claimedIssuerConfigured === null) return facts
  return [...facts, ['issuer configured now', claimedIssuerConfigured]]
}

function formatClaim(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
