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
    alone: z.boolean().describe('True: the engine sent the request for itself, not for a user.'),
    firstCalls: z.enum(['deny', 'config-only', 'service']),
    warehouses: z
      .array(z.string())
      .nullable()
      .describe('Warehouses that the engine may use. Null: all warehouses.'),
    privileges: z.array(privilege).describe('Privileges that the engine may use in this call.'),
    administers: z.boolean(),
    refreshes: z.boolean(),
  })
  .meta({ id: 'EngineLimits' })

const proof = z.enum([
  'client-secret',
  'client-key',
  'client-federation',
  'access-key',
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
    .describe(
      'The groups and roles through which the principal has this role. Empty: the principal itself is a member of the role.',
    ),
})

/** Returns the operation that shows a caller its own identity. */
export function whoamiOperations(deps: ManagementDeps): readonly ManagementOperation[] {
  const whoami = defineOperation({
    id: 'whoAmI',
    method: 'GET',
    path: '/management/v1/whoami',
    subject: 'access',
    summary:
      'Returns the identity of the caller: its principal and engines, how and when the caller was authenticated, and when its token expires.',
    response: {
      status: 200,
      schema: z.strictObject({
        principal: party,
        actors: z
          .array(party)
          .describe(
            'The engines that act for the principal, outermost first. The registered settings of the first engine limit the call.',
          ),
        method: proof.describe('Method by which this call was authenticated.'),
        obtainedBy: proof.describe(
          'Method by which the caller was authenticated when the session began. Renewals of the session do not change this value.',
        ),
        authenticatedAt: instant
          .nullable()
          .describe('Time at which the principal itself was last authenticated.'),
        expiresAt: instant.nullable().describe('When the token expires.'),
        sessionEndsAt: instant
          .nullable()
          .describe('Latest possible expiry of a renewed token. Null: the token cannot be renewed.'),
        queryId: z.string().nullable(),
        login: z.string().nullable(),
        groups: z
          .array(z.string())
          .describe(
            'The groups of the principal at its issuer, from its last token. Groups that are too old to be valid are omitted.',
          ),
        roles: z.array(role),
        administrator: z.boolean().describe('True: the caller has manage on the server in this call.'),
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
  // Every engine may request its identity, even if its entry allows no other request without a user.
  return [{ ...whoami, needsNoUser: () => true }]
}

function toLimitsView(engine: EngineLimits, warehouses: readonly string[] | null): LimitsView {
  const { name, alone, firstCalls, bits, administers, refreshes } = engine
  return { name, alone, firstCalls, warehouses, privileges: privilegesIn(bits), administers, refreshes }
}

function formatNullable(epochMs: number | null): string | null {
  return epochMs === null ? null : formatInstant(epochMs)
}
