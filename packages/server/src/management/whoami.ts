import { z } from 'zod'
import { decide, serverChain } from '../access/decide.ts'
import { waysOf } from '../access/explain.ts'
import type { EngineLimits } from '../access/engine-limits.ts'
import { privilegesIn } from '../access/privilege-bits.ts'
import type { Privilege } from '../access/privilege.ts'
import type { FirstCalls } from '../store/engines.ts'
import { listMemberships, nameSecurables } from '../store/explanations.ts'
import { findSubject } from '../store/subjects.ts'
import type { ManagementParts } from './administer.ts'
import { defineOperation, type ManagementOperation } from './define.ts'
import { party } from './explanation-view.ts'
import { privilege } from './grants.ts'
import { id, instant, instantOf } from './schemas.ts'

interface LimitsView {
  readonly name: string
  readonly alone: boolean
  readonly firstCalls: FirstCalls
  readonly warehouses: readonly string[] | null
  readonly privileges: readonly Privilege[]
  readonly administers: boolean
  readonly refreshes: boolean
}

const limitsView: z.ZodType<LimitsView> = z
  .strictObject({
    name: z.string(),
    alone: z.boolean().describe('It calls for itself.'),
    firstCalls: z.enum(['deny', 'config-only', 'service']),
    warehouses: z.array(z.string()).nullable().describe('Null: all.'),
    privileges: z.array(privilege).describe('The only ones that it may use in this call.'),
    administers: z.boolean(),
    refreshes: z.boolean(),
  })
  .meta({ id: 'EngineLimits' })

const proof = z.enum([
  'client-secret',
  'client-key',
  'client-federation',
  'session-token',
  'external-token',
  'assertion',
  'statement',
  'anonymous',
])
const role = z.strictObject({
  id,
  name: z.string(),
  through: z
    .array(z.string())
    .describe('The groups and roles by which the principal has it; empty: it is a member itself.'),
})

/** Tells callers who they are here. */
export function whoamiOperations({ sql, policies }: ManagementParts): readonly ManagementOperation[] {
  const whoami = defineOperation({
    id: 'whoAmI',
    method: 'GET',
    path: '/management/v1/whoami',
    subject: 'access',
    summary: 'Shows who calls, on whose behalf, how that was proven and until when.',
    answer: {
      status: 200,
      schema: z.strictObject({
        principal: party,
        actors: z
          .array(party)
          .describe('The engines that act for the principal, outermost first; the first one decides.'),
        method: proof.describe('How this call was proven.'),
        obtainedBy: proof.describe('How the session began, however often it was renewed since.'),
        authenticatedAt: instant.nullable().describe('When the principal itself was last proven.'),
        expiresAt: instant.nullable().describe('When the token ends.'),
        sessionEndsAt: instant.nullable().describe('No renewal reaches beyond; null: it cannot be renewed.'),
        queryId: z.string().nullable(),
        login: z.string().nullable(),
        groups: z
          .array(z.string())
          .describe(
            'Its groups at its issuer, as its last token said; without those that are too old to count.',
          ),
        roles: z.array(role),
        administrator: z.boolean().describe('It may manage the server in this call.'),
        limits: limitsView
          .nullable()
          .describe('What the engine may reach at most; null: no engine has a part in it.'),
      }),
      description: 'The caller.',
    },
    async run(_, call) {
      const { identity, policy } = call
      const { principal, actors, method, expiresAt, sessionEndsAt = null } = identity
      const authenticatedAt = identity.authTime ?? identity.issuedAt ?? null
      const subject = await findSubject(sql, principal.id, policies.groupAges)
      const ways = waysOf(policy, await listMemberships(sql, principal.id))
      return {
        principal,
        actors: [...actors],
        method,
        obtainedBy: identity.obtainedBy ?? method,
        authenticatedAt: momentOf(authenticatedAt),
        expiresAt: momentOf(expiresAt),
        sessionEndsAt: momentOf(sessionEndsAt),
        queryId: identity.queryId ?? null,
        login: subject?.login ?? null,
        groups: [...(subject?.groups ?? [])],
        roles: [...ways.values()].flatMap((way) => {
          const last = way.at(-1)
          const through = way.slice(0, -1).map(({ name }) => name)
          return last?.kind === 'role' ? [{ id: last.id, name: last.name, through }] : []
        }),
        administrator: decide(policy, serverChain, 'manage').outcome === 'allow',
        limits: policy.engine === null ? null : await limitsOf(policy.engine),
      }
    },
  })
  // An engine that cannot get further may at least ask what it was taken for.
  return [{ ...whoami, needsNoUser: () => true }]

  async function limitsOf(engine: EngineLimits): Promise<LimitsView> {
    const { name, alone, firstCalls, bits, administers, refreshes } = engine
    const warehouses =
      engine.warehouses === null
        ? null
        : (await nameSecurables(sql, [...engine.warehouses])).map(({ name }) => name).toSorted()
    return { name, alone, firstCalls, warehouses, privileges: privilegesIn(bits), administers, refreshes }
  }
}

function momentOf(epochMs: number | null): string | null {
  return epochMs === null ? null : instantOf(epochMs)
}
