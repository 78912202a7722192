import { z } from 'zod'
import { formatGrantee, grantee, type Grantee } from '../../names/grantee.ts'
import type { Paint } from '../../output/paint.ts'
import { details, table } from '../../output/table.ts'
import { moment } from '../../output/times.ts'
import { visible } from '../../output/visible.ts'

interface Reason {
  readonly because: 'owner' | 'grant'
  readonly privilege: string
  readonly on: { readonly kind: string; readonly name: string }
  readonly to: Grantee
  readonly through: readonly string[]
  readonly grantedAt: string | null
}

export interface Explanation {
  readonly principal: { readonly name: string }
  readonly engine: { readonly name: string } | null
  readonly privilege: string
  readonly outcome: 'allow' | 'deny' | 'hide'
  readonly deciding: Reason | null
  readonly limitedBy: string | null
  readonly forbiddenBy: readonly string[] | null
  readonly shutOut: 'principal' | 'engine' | 'subject' | null
  readonly mustBeProven: boolean
  readonly own: readonly string[]
  readonly effective: readonly string[]
  readonly chain: readonly {
    readonly kind: string
    readonly name: string
    readonly owner: { readonly name: string } | null
    readonly reasons: readonly Reason[]
  }[]
  readonly managers: readonly (Grantee & { readonly on: string })[]
}

const party = z.object({ name: z.string() })
const reason: z.ZodType<Reason> = z.object({
  because: z.enum(['owner', 'grant']),
  privilege: z.string(),
  on: z.object({ kind: z.string(), name: z.string() }),
  to: grantee,
  through: z.array(z.string()),
  grantedAt: z.string().nullable(),
})

export const explanation: z.ZodType<Explanation> = z.object({
  principal: party,
  engine: party.nullable(),
  privilege: z.string(),
  outcome: z.enum(['allow', 'deny', 'hide']),
  deciding: reason.nullable(),
  limitedBy: z.string().nullable(),
  forbiddenBy: z.array(z.string()).nullable(),
  shutOut: z.enum(['principal', 'engine', 'subject']).nullable(),
  mustBeProven: z.boolean(),
  own: z.array(z.string()),
  effective: z.array(z.string()),
  chain: z.array(
    z.object({
      kind: z.string(),
      name: z.string(),
      owner: z.object({ name: z.string() }).nullable(),
      reasons: z.array(reason),
    }),
  ),
  managers: z.array(
    z.object({
      kind: z.enum(['principal', 'role', 'group']),
      id: z.string(),
      name: z.string().nullable(),
      on: z.string(),
    }),
  ),
})

/** The decision, what it rests on, and every object on the way. */
export function explanationText(paint: Paint, said: Explanation, object: string): string {
  const { principal, engine, privilege, outcome, chain } = said
  const who = engine === null ? principal.name : `${principal.name} via ${engine.name}`
  const may = outcome === 'allow' ? paint('green', 'may') : paint('red', 'may not')
  const rows = chain.flatMap(({ kind, name, owner, reasons }) => {
    const at = kind === 'server' ? 'server' : `${kind} ${name}`
    const first = { at, owner: owner?.name ?? null, reason: reasons[0] }
    return [first, ...reasons.slice(1).map((reason) => ({ at: '', owner: '', reason }))]
  })
  return [
    `${visible(who)} ${may} ${privilege} on ${visible(object)}`,
    details(paint, [
      ['because', becauseOf(said)],
      ['may', has(said.effective)],
      ['without the engine', engine === null ? undefined : has(said.own)],
      ['could grant it', said.managers.length === 0 ? undefined : said.managers.map(managerOf).join(', ')],
    ]),
    '',
    table(paint, rows, [
      { heading: 'object', cell: ({ at }) => at },
      { heading: 'owner', cell: ({ owner }) => owner },
      {
        heading: 'gives',
        cell: ({ reason }) => (reason?.because === 'owner' ? 'manage (owner)' : (reason?.privilege ?? null)),
      },
      {
        heading: 'to',
        cell: ({ reason }) => (reason?.because === 'grant' ? formatGrantee(reason.to) : null),
      },
      { heading: 'through', cell: ({ reason }) => reason?.through.join(' > ') || null },
      { heading: 'since', cell: ({ reason }) => moment(reason?.grantedAt) },
    ]),
  ].join('\n')
}

function has(privileges: readonly string[]): string {
  return privileges.join(', ') || 'nothing'
}

function becauseOf({
  outcome,
  deciding,
  limitedBy,
  forbiddenBy,
  shutOut,
  mustBeProven,
  privilege,
  principal,
  engine,
}: Explanation): string {
  if (shutOut !== null) return shutOutTexts[shutOut](principal.name, engine?.name ?? '')
  const given = deciding === null ? null : reasonText(deciding)
  const proof = mustBeProven ? '; not where the engine only states the name of an administrator' : ''
  if (outcome === 'allow')
    return `${given ?? 'of a grant on an object that you do not manage, or the server takes anonymous callers'}${proof}`
  if (limitedBy !== null)
    return `${given ?? 'there is a grant'}, but the entry of the engine ${limitedBy} does not let it: headgate engine show ${limitedBy}`
  if (forbiddenBy !== null)
    return `${given ?? 'there is a grant'}, but ${forbiddenBy.length === 0 ? 'no policy of the server permits it' : `it is forbidden by policy ${forbiddenBy.join(', ')}`}`
  const seen = outcome === 'hide' ? ', and nothing that would let them see it' : ''
  return `there is no grant of ${privilege}, or of what includes it, on the object or above${seen}`
}

function reasonText({ because, privilege, on, to, through, grantedAt }: Reason): string {
  const object = on.kind === 'server' ? 'the server' : `the ${on.kind} ${on.name}`
  if (because === 'owner') return `they own ${object}`
  const way = through.length > 1 ? `, by way of ${through.slice(0, -1).join(' > ')}` : ''
  return `${formatGrantee(to)} was granted ${privilege} on ${object} at ${moment(grantedAt) ?? '-'}${way}`
}

const shutOutTexts = {
  principal: (principal) =>
    `${principal} is disabled, or its sessions were stopped: headgate principal show ${principal}`,
  engine: (_, engine) =>
    `the engine ${engine} is disabled, or its sessions were stopped: headgate engine show ${engine}`,
  subject: (principal, engine) =>
    `the entry of the engine ${engine} does not let it act for ${principal}: headgate engine show ${engine}`,
} satisfies Record<NonNullable<Explanation['shutOut']>, (principal: string, engine: string) => string>

function managerOf({ on, ...who }: Explanation['managers'][number]): string {
  return `${formatGrantee(who)} (manages ${on})`
}
