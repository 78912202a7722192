import { z } from 'zod'
import { decide } from '../access/decide.ts'
import { explainAccess, type ExplainedReason } from '../access/explain-access.ts'
import { enforce } from '../access/refuse.ts'
import { Stale } from '../catalog/stale.ts'
import type { SecurableRow } from '../directory/grants.ts'
import type { Call } from '../operation/operation.ts'
import type { Policy } from '../access/policy.ts'
import type { ProvenIdentity } from '../proven-identity.ts'
import type { Privilege } from '../privilege.ts'
import type { ManagementDeps } from './administer.ts'
import { type AskedAbout, askedAbout, isOwn } from './asked-about.ts'
import { askedPolicy } from './asked-policy.ts'
import { defineOperation, type ManagementOperation } from './define.ts'
import { explanationView, type ExplanationView, type ReasonView } from './explanation-view.ts'
import { privilege } from './grants.ts'
import { formatInstant } from './schemas.ts'
import { formatSecurable, type SecurableName, securableName, requireSecurable } from './securable.ts'

interface Question extends AskedAbout {
  readonly privilege: Privilege
  readonly on: SecurableName
}

const question: z.ZodType<Question> = z
  .strictObject({ ...askedAbout, privilege, on: securableName })
  .meta({ id: 'AccessQuestion' })

/**
 * Returns the operation that explains why a principal has a privilege on an object, or which privilege is
 * missing.
 */
export function explainOperations(deps: ManagementDeps): readonly ManagementOperation[] {
  const { sql } = deps

  return [
    defineOperation({
      id: 'explainAccess',
      method: 'POST',
      path: '/management/v1/access/explain',
      subject: 'access',
      summary:
        'Explains an authorization decision: the object and all objects that contain it, the effective privileges, and the grant that decides or the privilege that is missing.',
      body: question,
      response: {
        status: 200,
        schema: explanationView,
        description: 'The authorization decision and its reasons.',
      },
      async run({ body }, call) {
        const { row, object } = await requireSecurable(sql, body.on)
        call.audit.object = formatSecurable(body.on)
        const { identity, policy } = await askedPolicy(deps, body, row, object, call)
        const decision = decide(policy, row.chain, body.privilege)
        // A caller must not learn more about its own rights than from a real request.
        if (decision.outcome === 'hide' && row.kind !== 'server' && isOwn(body, call))
          enforce(decision, object)
        noteAbout(call, row, body)
        return explainDecision(deps, call, { ...body, row, identity, policy, isOwn: isOwn(body, call) })
      },
    }),
  ]
}

/** Decision to explain: the identity and its policy, the object, and the privilege. */
export interface DecisionToExplain {
  readonly identity: ProvenIdentity
  readonly policy: Policy
  readonly row: SecurableRow
  readonly on: SecurableName
  readonly privilege: Privilege
  /** True when the caller asks about its own rights. */
  readonly isOwn: boolean
}

/** Explains an access decision, as far as the caller may learn the reasons. */
export async function explainDecision(
  { sql }: ManagementDeps,
  call: Call,
  { identity, policy, row, on, privilege, isOwn }: DecisionToExplain,
): Promise<ExplanationView> {
  const decision = decide(policy, row.chain, privilege)
  const isMissing = decision.outcome !== 'allow'
  const explanation = await explainAccess(sql, row, policy, privilege, {
    asking: call.policy,
    isOwn,
    isMissing,
  })
  if (explanation === null) throw new Stale()
  const { deciding, own, effective, chain, managers } = explanation
  const { principal, actors } = identity
  return {
    principal,
    engine: actors[0] ?? null,
    privilege,
    on,
    outcome: decision.outcome,
    deciding: deciding === null ? null : toReasonView(deciding),
    limitedBy: decision.limitedBy ?? null,
    forbiddenBy: decision.forbiddenBy ?? null,
    shutOut: policy.shutOut,
    mustBeProven: policy.engine?.mustBeProven === true,
    own,
    effective,
    chain: chain.map(({ reasons, ...object }) => ({ ...object, reasons: reasons.map(toReasonView) })),
    managers,
  }
}

/** Adds the object, and the principal and engine whose rights are requested, to the audit event. */
export function noteAbout(call: Call, row: Pick<SecurableRow, 'kind' | 'id'>, asked: AskedAbout): void {
  call.audit.securable = { kind: row.kind, id: row.id }
  const { principal, engine } = asked
  if ((principal ?? engine) !== undefined)
    call.audit.detail = { ...(principal && { principal }), ...(engine && { engine }) }
}

function toReasonView(reason: ExplainedReason): ReasonView {
  const { grantedAt } = reason
  return { ...reason, grantedAt: grantedAt === null ? null : formatInstant(grantedAt) }
}
