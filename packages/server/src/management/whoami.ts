import { z } from 'zod'
import { managesServer } from '../access/decide.ts'
import type { EngineLimits } from '../access/engine-limits.ts'
import { privilegesIn } from '../access/privilege-bits.ts'
import type { Privilege } from '../privilege.ts'
import { describeCaller, type FirstCalls } from '../directory/caller.ts'
import type { ManagementDeps } from './administer.ts'
import { defineOperation, type ManagementOperation } from './define.ts'
import { party } from './explanation-view.ts'
import { privilege } from './grants.ts'
import { id, instant, formatInstant } from './schemas.ts'

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
export function whoamiOperations(deps: ManagementDeps): readonly ManagementOperation[] {
  const whoami = defineOperation({
    id: 'whoAmI',
    method: 'GET',
    path: '/management/v1/whoami',
    subject: 'access',
    summary: 'Shows who calls, on whose behalf, how that was proven and until when.',
    response: {
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
        limits: limitsView.nullable().describe('Limits of the engine; null: no engine acts in this call.'),
      }),
      description: 'The caller.',
    },
    async run(_, call) {
      const { identity, policy } = call
      const { principal, actors, method, expiresAt, sessionEndsAt = null } = identity
      const authenticatedAt = identity.authTime ?? identity.issuedAt ?? null
      const { login, groups, roles, engineWarehouses } = await describeCaller(deps, policy, principal.id)
      return {
        principal,
        actors: [...actors],
        method,
        obtainedBy: identity.obtainedBy ?? method,
        authenticatedAt: formatNullable(authenticatedAt),
        expiresAt: formatNullable(expiresAt),
        sessionEndsAt: formatNullable(sessionEndsAt),
        queryId: identity.queryId ?? null,
        login,
        groups: [...groups],
        roles: [...roles],
        administrator: managesServer(policy),
        limits: policy.engine === null ? null : toLimitsView(policy.engine, engineWarehouses),
      }
    },
  })
  // An engine that cannot get further may at least ask what it was taken for.
  return [{ ...whoami, needsNoUser: () => true }]
}

function toLimitsView(engine: EngineLimits, warehouses: readonly string[] | null): LimitsView {
  const { name, alone, firstCalls, bits, administers, refreshes } = engine
  return { name, alone, firstCalls, warehouses, privileges: privilegesIn(bits), administers, refreshes }
}

function formatNullable(epochMs: number | null): string | null {
  return epochMs === null ? null : formatInstant(epochMs)
}
