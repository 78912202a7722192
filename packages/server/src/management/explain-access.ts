import { z } from 'zod'
import { decide } from '../access/decide.ts'
import { explain, type Reason } from '../access/explain.ts'
import { enforce } from '../access/refuse.ts'
import type { Policy } from '../access/policy.ts'
import { isOwners } from '../access/privilege-bits.ts'
import { type Privilege, serverId } from '../access/privilege.ts'
import { Stale } from '../catalog/stale.ts'
import type { Call } from '../http/operation.ts'
import {
  listHeldGrants,
  listManagers,
  listMemberships,
  type NamedSecurableRow,
  nameSecurables,
} from '../store/explanations.ts'
import type { SecurableRow } from '../store/grants.ts'
import { levelsOf } from '../store/namespaces.ts'
import { policyVersion } from '../store/policies.ts'
import { administer, type ManagementParts } from './administer.ts'
import { type AskedAbout, askedAbout, identityOf, isOwn } from './asked-about.ts'
import { defineOperation, type ManagementOperation } from './define.ts'
import {
  type ExplainedObject,
  type ExplainedReason,
  explanationView,
  type ExplanationView,
} from './explanation-view.ts'
import { grantingPrivilege, privilege } from './grants.ts'
import { instantOf } from './schemas.ts'
import { labelOf, type SecurableName, securableName, securableOf } from './securable.ts'

interface Question extends AskedAbout {
  readonly privilege: Privilege
  readonly on: SecurableName
}

const question: z.ZodType<Question> = z
  .strictObject({ ...askedAbout, privilege, on: securableName })
  .meta({ id: 'AccessQuestion' })

/** So many of those who could grant what is missing are named. */
const maxManagers = 20

/** Says why somebody may do something, or what is missing. */
export function explainOperations(parts: ManagementParts): readonly ManagementOperation[] {
  const { sql, policies } = parts

  return [
    defineOperation({
      id: 'explainAccess',
      method: 'POST',
      path: '/management/v1/access/explain',
      subject: 'access',
      summary:
        'Explains a decision: every object on the way, the effective rights, and the grant that decides or what is missing.',
      body: question,
      answer: { status: 200, schema: explanationView, description: 'The decision and its reasons.' },
      async run({ body }, call) {
        const { row, object } = await securableOf(sql, body.on)
        call.audit.object = labelOf(body.on)
        if (!isOwn(body, call)) administer(call, row.chain, object)
        const identity = await identityOf(sql, body, call)
        const policy = await policies.get(identity, row.policyVersion)
        const decision = decide(policy, row.chain, body.privilege)
        // Who asks about themselves learns no more than by trying.
        if (decision.outcome === 'hide' && row.kind !== 'server' && isOwn(body, call))
          enforce(decision, object)
        noteAbout(call, row, body)
        const described = await describe(row, policy, body.privilege, decision.outcome !== 'allow')
        // What was read after the policy explains it only if nothing changed meanwhile.
        if ((await policyVersion(sql)) !== policy.version) throw new Stale()
        const { principal, actors } = identity
        return {
          principal,
          engine: actors[0] ?? null,
          privilege: body.privilege,
          on: body.on,
          outcome: decision.outcome,
          limitedBy: decision.limitedBy ?? null,
          forbiddenBy: decision.forbiddenBy ?? null,
          shutOut: policy.shutOut,
          mustBeProven: policy.engine?.mustBeProven === true,
          ...described,
        }
      },
    }),
  ]

  async function describe(
    row: SecurableRow,
    policy: Policy,
    privilege: Privilege,
    isMissing: boolean,
  ): Promise<Pick<ExplanationView, 'deciding' | 'own' | 'effective' | 'chain' | 'managers'>> {
    const ids = row.chain.ids
    const [objects, memberships, grants] = [
      await nameSecurables(sql, ids),
      await listMemberships(sql, policy.principalId),
      await listHeldGrants(sql, [...ids, serverId], [...policy.grantees]),
    ]
    const links = [...objects.toSorted((a, b) => depthOf(b) - depthOf(a)).map(objectOf), theServer]
    const order = links.map(({ id }) => id)
    const owned = objects.filter(({ ownerId }) => ownerId === policy.principalId).map(({ id }) => id)
    const { reasons, deciding, own, effective } = explain(policy, row.chain, privilege, {
      order,
      owned,
      grants,
      memberships,
    })
    const byId = new Map(links.map((link) => [link.id, link]))
    const viewOf = (reason: Reason): ExplainedReason =>
      reasonView(reason, policy, byId.get(reason.on) ?? theServer)
    return {
      deciding: deciding === null ? null : viewOf(deciding),
      own: [...own],
      effective: [...effective],
      chain: links.map((link) => ({
        ...link,
        reasons: reasons.filter(({ on }) => on === link.id).map(viewOf),
      })),
      managers: isMissing ? await managersOf(order, byId, privilege) : [],
    }
  }

  async function managersOf(
    order: readonly string[],
    byId: ReadonlyMap<string, ExplainedObject>,
    privilege: Privilege,
  ): Promise<ExplanationView['managers']> {
    const granted = await listManagers(sql, order, grantingPrivilege(privilege), maxManagers)
    const owners = (isOwners(privilege) ? order : []).flatMap((id) => {
      const { owner = null, name = '' } = byId.get(id) ?? {}
      return owner === null ? [] : [{ kind: 'principal' as const, ...owner, on: name }]
    })
    const others = granted.map(({ granteeKind, granteeId, granteeName, securableId }) => ({
      kind: granteeKind,
      id: granteeId,
      name: granteeName,
      on: byId.get(securableId)?.name ?? 'server',
    }))
    return [...owners, ...others].slice(0, maxManagers)
  }
}

/** The event of a question says about whom it was asked. */
export function noteAbout(call: Call, row: Pick<SecurableRow, 'kind' | 'id'>, asked: AskedAbout): void {
  call.audit.securable = { kind: row.kind, id: row.id }
  const { principal, engine } = asked
  if ((principal ?? engine) !== undefined)
    call.audit.detail = { ...(principal && { principal }), ...(engine && { engine }) }
}

const theServer: ExplainedObject = { kind: 'server', id: serverId, name: 'server', owner: null }

/** The larger, the deeper. */
function depthOf({ kind, name }: NamedSecurableRow): number {
  if (kind === 'relation') return Infinity
  return kind === 'warehouse' ? 0 : levelsOf(name).length
}

function objectOf({ kind, id, name, ownerId, ownerName }: NamedSecurableRow): ExplainedObject {
  return {
    kind,
    id,
    name: kind === 'namespace' ? levelsOf(name).join('.') : name,
    owner: ownerName === null ? null : { id: ownerId, name: ownerName },
  }
}

function reasonView(
  { grant, through }: Reason,
  policy: Policy,
  { kind, name }: ExplainedObject,
): ExplainedReason {
  return {
    because: grant === null ? 'owner' : 'grant',
    privilege: grant?.privilege ?? 'manage',
    on: { kind, name },
    to: {
      kind: grant?.granteeKind ?? 'principal',
      id: grant?.granteeId ?? policy.principalId,
      name: grant?.granteeName ?? null,
    },
    through: through.map(({ name }) => name),
    grantedAt: grant === null ? null : instantOf(grant.grantedAt),
  }
}
