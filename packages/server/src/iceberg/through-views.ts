import { decodeReferencedBy, formatIdentifier, type TableIdentifier } from '@headgate/iceberg/rest'
import { HeadgateError } from '@headgate/errors'
import { decide } from '../access/decide.ts'
import { decideThroughViews, mayReadThroughViews, maxViews } from '../access/through-views.ts'
import type { Policy } from '../access/policy.ts'
import type { GrantedView } from '../credentials/storage-grant.ts'
import { placeOf, type Target, targetOf } from '../catalog/target.ts'
import type { Call } from '../http/operation.ts'
import type { BodyForm, RelationKind } from '../store/relations.ts'
import { commonPolicyVersion } from './common-policy-version.ts'
import { allowRelation, type LookedUp, lookUp, policyOf, type RelationPlace } from './find.ts'
import type { IcebergParts } from './parts.ts'

/** A relation that may be read, and the views that it is read through. Empty: the caller's own privilege. */
export interface Readable {
  readonly found: Target
  readonly views: readonly GrantedView[]
}

/**
 * A relation that may be read: because the caller may select from it, or through the views that `referenced-by` names,
 * where the engine is believed. Refused in the same words whatever was wrong with the views.
 */
export async function findReadable(
  parts: IcebergParts,
  call: Call,
  at: RelationPlace,
  kind: RelationKind,
  form: BodyForm = 'all',
): Promise<Readable> {
  const names = viewsOf(parts, call)
  if (names.length === 0) return readDirectly(parts, call, await lookUp(parts, at, form), kind)
  const places = names.map((identifier) => ({ warehouse: at.warehouse, identifier }))
  // Asked for together, so that they share a query.
  const [lookedUp, ...views] = await Promise.all([
    lookUp(parts, at, form),
    ...places.map((place) => lookUp(parts, place, 'none')),
  ])
  const through = await readThrough(parts, call, lookedUp, kind, views)
  return through ?? readDirectly(parts, call, lookedUp, kind)
}

async function readDirectly(
  parts: IcebergParts,
  call: Call,
  lookedUp: LookedUp,
  kind: RelationKind,
): Promise<Readable> {
  const { found } = await allowRelation(parts, call, lookedUp, kind, 'select')
  return { found, views: [] }
}

/** Null: the caller's own right decides. */
async function readThrough(
  parts: IcebergParts,
  call: Call,
  lookedUp: LookedUp,
  kind: RelationKind,
  views: readonly LookedUp[],
): Promise<Readable | null> {
  const version = commonPolicyVersion(lookedUp.resolved, ...views.map(({ resolved }) => resolved))
  const policy = await policyOf(parts, call, version)
  const target = foundAt(lookedUp)
  if (target === null || target.relation.kind !== kind) return null
  if (decide(policy, target.chain, 'select').outcome === 'allow') return null
  const found = views.map(foundAt).filter((view) => view?.relation.kind === 'view')
  const links = await Promise.all(found.map((view) => linkOf(parts, policy, view)))
  const complete = links.filter((link) => link !== null)
  const names = views.map(({ identifier }) => formatIdentifier(identifier))
  const may =
    complete.length === views.length && decideThroughViews(policy, complete, target.chain).outcome === 'allow'
  call.audit.detail = { ...call.audit.detail, [may ? 'throughViews' : 'notThroughViews']: names }
  if (!may) return null
  call.audit.object = `${lookedUp.warehouse.name}:${formatIdentifier(lookedUp.identifier)}`
  call.audit.privilege = 'select'
  call.audit.securable = { kind: 'relation', id: target.relation.id }
  return { found: target, views: complete }
}

function foundAt({ warehouse, identifier, resolved, held }: LookedUp): Target | null {
  const place = placeOf(warehouse, identifier, resolved)
  return place === null ? null : targetOf(place, held)
}

async function linkOf(parts: IcebergParts, policy: Policy, view: Target | null): Promise<GrantedView | null> {
  if (view === null) return null
  const { chain, relation } = view
  return {
    id: relation.id,
    chain,
    definer: await parts.policies.ofPrincipal(relation.definerId, policy.version),
  }
}

/**
 * The views that the caller says it reads through; none where it is not believed.
 *
 * @throws HeadgateError `bad-request`
 */
function viewsOf({ namespaceSeparator, nameLimits }: IcebergParts, call: Call): readonly TableIdentifier[] {
  if (!mayReadThroughViews(call.policy)) return []
  const views = decodeReferencedBy(rawValue(call), [decodeURIComponent(namespaceSeparator)], nameLimits)
  if (views.length > maxViews)
    throw new HeadgateError('bad-request', `Invalid referenced-by: more than ${maxViews} views`)
  if (new Set(views.map((view) => formatIdentifier(view))).size < views.length)
    throw new HeadgateError('bad-request', 'Invalid referenced-by: the same view twice')
  return views
}

/**
 * Still percent-encoded, because a comma in a name is. Clients that encode the finished list once more show it by
 * the separator, which every identifier has: it arrives as the text `%251F`.
 */
function rawValue({ search }: Call): string | undefined {
  const raw = /(?:^|&)referenced-by=([^&]*)/.exec(search)?.[1]
  // What is left after one round is what Java's URLEncoder writes, with + for a blank.
  return raw !== undefined && /%251f/i.test(raw) ? decodePercents(raw).replaceAll('+', '%20') : raw
}

/** What is broken is said by who decodes the rest. */
function decodePercents(raw: string): string {
  try {
    return decodeURIComponent(raw)
  } catch {
    return raw
  }
}
