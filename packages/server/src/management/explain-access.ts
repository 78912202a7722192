import { z } from 'zod'
import { decide } from '../access/decide.ts'
import { explain, type Reason } from '../access/explain.ts'
import { enforce } from '../access/refuse.ts'
import type { Policy } from '../access/policy.ts'
import { isOwners } from '../access/privilege-bits.ts'
import { type Chain, type Privilege, serverId } from '../access/privilege.ts'
import { Stale } from '../catalog/stale.ts'
import type { Call } from '../http/operation.ts'
import {
  listHeldGrants,
  listManagers,
  listMemberships,
  type NamedSecurableRow,
} from '../store/explanations.ts'
import type { SecurableRow } from '../store/grants.ts'
import { levelsOf } from '../store/namespaces.ts'
import { policyVersion } from '../store/policies.ts'
import type { ManagementParts } from './administer.ts'
import { type AskedAbout, askedAbout, isOwn } from './asked-about.ts'
import { administersPrincipals, askedPolicy } from './asked-policy.ts'
import { defineOperation, type ManagementOperation } from './define.ts'
import {
  type ExplainedObject,
  type ExplainedReason,
  explanationView,
  type ExplanationView,
} from './explanation-view.ts'
import { grantingPrivilege, privilege } from './grants.ts'
import { heldAlong, objectsAlong } from './objects-above.ts'
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
  const { sql } = parts

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
        const { identity, policy } = await askedPolicy(parts, body, row, object, call)
        const decision = decide(policy, row.chain, body.privilege)
        // Who asks about themselves learns no more than by trying.
        if (decision.outcome === 'hide' && row.kind !== 'server' && isOwn(body, call))
          enforce(decision, object)
        noteAbout(call, row, body)
        const described = await describe(row, policy, body.privilege, {
          policy: call.policy,
          own: isOwn(body, call),
          isMissing: decision.outcome !== 'allow',
        })
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
    asking: Asking,
  ): Promise<Pick<ExplanationView, 'deciding' | 'own' | 'effective' | 'chain' | 'managers'>> {
    const objects = await objectsAlong(sql, row.chain)
    const memberships = await listMemberships(sql, policy.principalId)
    const grants = await listHeldGrants(sql, [...row.chain.ids, serverId], [...policy.grantees])
    const shown = shownTo(asking, row.chain, objects)
    const links = [...objects.map((object) => objectOf(object, shown.people.has(object.id))), theServer]
    const order = links.map(({ id }) => id)
    const owned = objects.filter(({ ownerId }) => ownerId === policy.principalId).map(({ id }) => id)
    const known = { order, owned, grants, memberships }
    const { reasons, deciding, own, effective } = explain(policy, row.chain, privilege, known)
    const byId = new Map(links.map((link) => [link.id, link]))
    const viewOf = (reason: Reason): ExplainedReason =>
      reasonView(reason, policy, byId.get(reason.on) ?? theServer)
    const isShown = ({ on }: Reason): boolean => shown.reasons === null || shown.reasons.has(on)
    return {
      deciding: deciding === null || !isShown(deciding) ? null : viewOf(deciding),
      own: [...own],
      effective: [...effective],
      chain: links.map((link) => ({
        ...link,
        reasons: reasons.filter((reason) => reason.on === link.id && isShown(reason)).map(viewOf),
      })),
      managers: asking.isMissing
        ? await managersOf(
            order.filter((id) => shown.people.has(id)),
            byId,
            privilege,
          )
        : [],
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

/** Who asks, and about what. */
interface Asking {
  readonly policy: Policy
  /** About the caller itself. */
  readonly own: boolean
  /** The decision is not `allow`. */
  readonly isMissing: boolean
}

interface Shown {
  /** The objects whose owners and managers are named. */
  readonly people: ReadonlySet<string>
  /** The objects whose reasons are shown; null: all. */
  readonly reasons: ReadonlySet<string> | null
}

/**
 * Returns what of an explanation the caller is shown: owners and managers of the objects that it uses, those of the server
 * only with `manage` there; and all reasons about itself, of others those on the objects that it manages.
 */
function shownTo({ policy, own }: Asking, chain: Chain, objects: readonly NamedSecurableRow[]): Shown {
  const onServer = administersPrincipals({ policy }) ? [serverId] : []
  const ids = (privilege: Privilege): Set<string> =>
    new Set([...heldAlong(policy, chain, objects, privilege).map(({ id }) => id), ...onServer])
  return { people: ids('use'), reasons: own ? null : ids('manage') }
}

function objectOf(
  { kind, id, name, ownerId, ownerName }: NamedSecurableRow,
  isOwnerShown: boolean,
): ExplainedObject {
  return {
    kind,
    id,
    name: kind === 'namespace' ? levelsOf(name).join('.') : name,
    owner: ownerName === null || !isOwnerShown ? null : { id: ownerId, name: ownerName },
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
