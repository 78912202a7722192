import { formatIdentifier, type TableIdentifier } from '@headgate/iceberg/rest'
import type { Policies } from '../access/policies.ts'
import { decide } from '../access/decide.ts'
import { findRestriction } from '../access/restriction.ts'
import type { HeldRestriction, Policy } from '../access/policy.ts'
import { decideThroughViews, type ViewLink } from '../access/through-views.ts'
import type { WantedSnapshots, RelationKind } from '../store/relations.ts'
import { commonPolicyVersion } from './authorized.ts'
import { type Caller, policyAt } from './caller.ts'
import { done, moved, type Outcome } from './commit/outcome.ts'
import { authorizeRelation, type FindDeps, type LookedUp, lookUp } from './find-relation.ts'
import { type RelationRef, type Target, toResolvedName, toTarget } from './target.ts'

/** View through which a caller reads a table or another view. */
interface ReadView extends ViewLink {
  readonly id: string
}

/** Relation that the caller may read. */
export interface Readable {
  readonly found: Target
  /**
   * Views whose definers have the right to read the relation. Empty when the caller itself has the privilege
   * `select`.
   */
  readonly views: readonly ReadView[]
  /** Restriction of the right of the caller. Null: it may read all rows and columns. */
  readonly restriction: ReadRestriction | null
}

/** Restriction, and whether the engine that acts is trusted to enforce it. */
export interface ReadRestriction extends HeldRestriction {
  readonly isEnforced: boolean
}

/** How a caller may read. */
export interface ReadOptions {
  /** Views through which the engine says that the caller reads, the outermost first. */
  readonly views: readonly TableIdentifier[]
  /** Set for operations that enforce restrictions. `role` is the role whose restriction the caller chose, or null. */
  readonly restricted: { readonly role: string | null } | null
}

/**
 * Finds a relation that the caller may read: with its own privilege `select`, or through views. All refusals
 * have the same message, so that they reveal nothing about the views.
 *
 * @throws HeadgateError of `findRelation`
 */
export async function findReadable(
  deps: FindDeps,
  caller: Caller,
  ref: RelationRef,
  kind: RelationKind,
  snapshots: WantedSnapshots,
  { views: viewNames, restricted }: ReadOptions,
): Promise<Outcome<Readable>> {
  const { warehouse } = ref
  const [lookedUp, ...views] = await Promise.all([
    lookUp(deps, ref, snapshots),
    ...viewNames.map((identifier) => lookUp(deps, { warehouse, identifier }, 'none')),
  ])
  if (views.length > 0) {
    const version = commonPolicyVersion(lookedUp.resolved, ...views.map(({ resolved }) => resolved))
    if (version === null) return moved
    const policy = await policyAt(deps, caller, version)
    const readable = await readThrough(deps, caller, lookedUp, kind, { views, policy })
    if (readable !== null) return done(readable)
  }
  const restriction =
    restricted === null ? null : await restrictionOn(deps, caller, lookedUp, kind, restricted.role)
  // With a restricted grant, the caller needs only the privilege `use`, which lets it see the object. The restriction
  // then determines what the caller may read.
  const { found } = await authorizeRelation(
    deps,
    caller,
    lookedUp,
    kind,
    restriction === null ? 'select' : 'use',
  )
  return done({ found, views: [], restriction })
}

/**
 * Decides whether the caller may read the relation through the views, and returns the relation with the views. Returns null when the caller may read the relation by its own privilege, or may not read it through the views.
 */
async function readThrough(
  deps: FindDeps,
  { audit }: Caller,
  lookedUp: LookedUp,
  kind: RelationKind,
  { views, policy }: { readonly views: readonly LookedUp[]; readonly policy: Policy },
): Promise<Readable | null> {
  const target = targetAt(lookedUp)
  if (target === null || target.relation.kind !== kind) return null
  if (decide(policy, target.chain, 'select').outcome === 'allow') return null
  const found = views.map(targetAt).filter((view) => view?.relation.kind === 'view')
  const links = await Promise.all(found.map((view) => toReadView(deps, policy, view)))
  const complete = links.filter((link) => link !== null)
  const names = views.map(({ identifier }) => formatIdentifier(identifier))
  const mayRead =
    complete.length === views.length && decideThroughViews(policy, complete, target.chain).outcome === 'allow'
  audit.detail = { ...audit.detail, [mayRead ? 'throughViews' : 'notThroughViews']: names }
  if (!mayRead) return null
  audit.object = `${lookedUp.warehouse.name}:${formatIdentifier(lookedUp.identifier)}`
  audit.privilege = 'select'
  audit.securable = { kind: 'relation', id: target.relation.id }
  return { found: target, views: complete, restriction: null }
}

async function restrictionOn(
  deps: FindDeps,
  caller: Caller,
  lookedUp: LookedUp,
  kind: RelationKind,
  role: string | null,
): Promise<ReadRestriction | null> {
  if (kind !== 'table') return null
  const policy = await policyAt(deps, caller, lookedUp.resolved.policyVersion)
  if (policy.restrictions.size === 0) return null
  const target = targetAt(lookedUp)
  if (target?.relation.kind !== kind) return null
  const held = findRestriction(policy, target.chain, role)
  if (held === null) return null
  const restriction = { ...held, isEnforced: policy.engine?.enforcesRestrictions === true }
  const { rows, columns } = restriction
  caller.audit.detail = { ...caller.audit.detail, restriction: { rows, columns, role: held.role } }
  return restriction
}

function targetAt({ resolved, cachedText, ...ref }: LookedUp): Target | null {
  const name = toResolvedName(ref, resolved)
  return name === null ? null : toTarget(name, cachedText)
}

async function toReadView(
  { policies }: { readonly policies: Policies },
  policy: Policy,
  view: Target | null,
): Promise<ReadView | null> {
  if (view === null) return null
  const { chain, relation } = view
  return {
    id: relation.id,
    chain,
    definer: await policies.ofPrincipal(relation.definerId, policy.version),
  }
}
