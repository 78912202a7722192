import type { AccessExplanation, AccessReason } from '../../management/generated/schemas.ts'
import { formatGrantee } from '../../names/grantee.ts'
import type { Paint } from '../../output/paint.ts'
import { details, table } from '../../output/table.ts'
import { formatTime } from '../../output/times.ts'
import { formatRestriction } from '../grant/format-restriction.ts'
import { visible } from '../../output/visible.ts'

/** Formats a decision, its reason, and the grants on the object and on every object that contains it. */
export function formatExplanation(
  paint: Paint,
  explanation: AccessExplanation,
  object: string,
  width: number | null = null,
): string {
  const { principal, engine, privilege, outcome, chain, managers } = explanation
  const caller = engine === null ? principal.name : `${principal.name} via ${engine.name}`
  const may = outcome === 'allow' ? paint('green', 'may') : paint('red', 'may not')
  const rows = chain.flatMap(({ kind, name, owner, reasons }) => {
    const at = kind === 'server' ? 'server' : `${kind} ${name}`
    const first = { at, owner: owner?.name ?? null, reason: reasons[0] }
    return [first, ...reasons.slice(1).map((reason) => ({ at: '', owner: '', reason }))]
  })
  return [
    `${visible(caller)} ${may} ${privilege} on ${visible(object)}`,
    details(paint, [
      ['because', formatDecision(explanation)],
      ['may', listPrivileges(explanation.effective)],
      ['without the engine', engine === null ? undefined : listPrivileges(explanation.own)],
      ['could grant it', managers.length === 0 ? undefined : managers.map(formatManager).join(', ')],
    ]),
    '',
    table(
      paint,
      rows,
      [
        { heading: 'object', cell: ({ at }) => at },
        { heading: 'owner', cell: ({ owner }) => owner },
        {
          heading: 'gives',
          cell: ({ reason }) =>
            reason?.because === 'owner'
              ? 'manage (owner)'
              : reason === undefined
                ? null
                : `${reason.privilege}${formatRestriction(reason.restriction)}`,
        },
        {
          heading: 'to',
          cell: ({ reason }) => (reason?.because === 'grant' ? formatGrantee(reason.to) : null),
        },
        { heading: 'through', cell: ({ reason }) => reason?.through.join(' > ') || null },
        { heading: 'since', cell: ({ reason }) => formatTime(reason?.grantedAt) },
      ],
      width,
    ),
  ].join('\n')
}

function listPrivileges(privileges: readonly string[]): string {
  return privileges.join(', ') || 'nothing'
}

function formatDecision(explanation: AccessExplanation): string {
  const { outcome, deciding, limitedBy, forbiddenBy, shutOut, mustBeProven, privilege } = explanation
  if (shutOut !== null) return formatExclusion(explanation, shutOut)
  const reason = deciding === null ? null : formatReason(deciding)
  const proof = mustBeProven ? '; but not if an engine states the name of an administrator without proof' : ''
  if (outcome === 'allow')
    return `${reason ?? 'of a grant on an object that you do not manage, or the server accepts anonymous callers'}${proof}`
  if (limitedBy !== null)
    return `${reason ?? 'a grant allows it'}, but the settings of the engine ${limitedBy} do not allow it: headgate engine show ${limitedBy}`
  if (forbiddenBy !== null)
    return `${reason ?? 'a grant allows it'}, but ${forbiddenBy.length === 0 ? 'no Cedar policy of the server permits it' : `the Cedar policy ${forbiddenBy.join(', ')} forbids it`}`
  const hidden = outcome === 'hide' ? ', and no grant that makes the object visible' : ''
  return `there is no grant of ${privilege}, or of a privilege that includes it, on the object or above${hidden}`
}

function formatReason({ because, privilege, restriction, on, to, through, grantedAt }: AccessReason): string {
  const object = on.kind === 'server' ? 'the server' : `the ${on.kind} ${on.name}`
  if (because === 'owner') return `the principal owns ${object}`
  const path = through.length > 1 ? `, through ${through.slice(0, -1).join(' > ')}` : ''
  return `${formatGrantee(to)} was granted ${privilege}${formatRestriction(restriction)} on ${object} at ${formatTime(grantedAt) ?? '-'}${path}`
}

function formatExclusion({ principal, engine }: AccessExplanation, excluded: string): string {
  const engineName = engine?.name ?? ''
  switch (excluded) {
    case 'principal':
      return `${principal.name} is disabled, or its sessions were stopped: headgate principal show ${principal.name}`
    case 'engine':
      return `the engine ${engineName} is disabled, or its sessions were stopped: headgate engine show ${engineName}`
    default:
      return `the settings of the engine ${engineName} do not let it act for ${principal.name}: headgate engine show ${engineName}`
  }
}

function formatManager({ on, ...manager }: AccessExplanation['managers'][number]): string {
  return `${formatGrantee(manager)} (manages ${on})`
}
