import { formatIdentifier, type TableIdentifier } from '@headgate/iceberg/rest'
import type { Policies } from '../access/policies.ts'
import { decide } from '../access/decide.ts'
import type { Policy } from '../access/policy.ts'
import { decideThroughViews, type ViewLink } from '../access/through-views.ts'
import type { BodyForm, RelationKind } from '../store/relations.ts'
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
}

/**
 * Finds a relation that the caller may read: with its own privilege `select`, or through views. All refusals
 * have the same message, so that they reveal nothing about the views.
 *
 * @param viewNames views through which the caller reads according to the engine, the outermost view first
 * @throws HeadgateError of `findRelation`
 */
export async function findReadable(
  deps: FindDeps,
  caller: Caller,
  ref: RelationRef,
  kind: RelationKind,
  form: BodyForm,
  viewNames: readonly TableIdentifier[],
): Promise<Outcome<Readable>> {
  const { warehouse } = ref
  const [lookedUp, ...views] = await Promise.all([
    lookUp(deps, ref, form),
    ...viewNames.map((identifier) => lookUp(deps, { warehouse, identifier }, 'none')),
  ])
  if (views.length > 0) {
    const version = commonPolicyVersion(lookedUp.resolved, ...views.map(({ resolved }) => resolved))
    if (version === null) return moved
    const policy = await policyAt(deps, caller, version)
    const readable = await readThrough(deps, caller, lookedUp, kind, { views, policy })
    if (readable !== null) return done(readable)
  }
  const { found } = await authorizeRelation(deps, caller, lookedUp, kind, 'select')
  return done({ found, views: [] })
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
  return { found: target, views: complete }
}

function targetAt({ resolved, held, ...ref }: LookedUp): Target | null {
  const name = toResolvedName(ref, resolved)
  return name === null ? null : toTarget(name, held)
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
