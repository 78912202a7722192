import { CliError } from '../../cli-error.ts'
import { readList } from '../../connection/pages.ts'
import { grantPrivilege, listGrants, revokePrivilege } from '../../management/generated/grants.ts'
import type { Grant, GranteeName, SecurableName } from '../../management/generated/schemas.ts'
import { formatRestriction } from '../../commands/grant/format-restriction.ts'
import { formatGrantee } from '../../names/grantee.ts'
import { formatSecurable, toSecurableQuery } from '../../names/securable.ts'
import { mapBounded } from '../map-bounded.ts'
import type { ParsedGrant, Sourced } from '../read/merge-documents.ts'
import {
  formatGranteeName,
  granteeKey,
  type GranteeKey,
  isGrantee,
  keyOfGrantee,
  toGranteeId,
} from './grantee-key.ts'
import { maxParallel, type PlanContext } from './plan-context.ts'
import { createdItem, plannedItem, type PlannedChange, type PlannedItem } from './planned-item.ts'
import { sameValue } from './same-value.ts'

/** Plans the grants to add, and with `--prune` also the grants to remove. */
export async function planGrants(context: PlanContext): Promise<readonly PlannedItem[]> {
  const known = await namedGrantees(context)
  const wanted = Map.groupBy(context.desired.grants, ({ on }) => formatSecurable(on))
  const objects = new Map(allObjects(context).map((on) => [formatSecurable(on), on]))
  const items = await mapBounded([...objects], maxParallel, ([label, on]) =>
    planObject(context, on, wanted.get(label) ?? [], known),
  )
  return items.flat()
}

/**
 * Returns the objects whose grants are compared with the server: the objects of grants in the documents, and with
 * `--prune` also all their warehouses and namespaces.
 */
function allObjects({ desired, options }: PlanContext): readonly SecurableName[] {
  const named = desired.grants.map(({ on }) => on)
  if (!options.prune.has('grants')) return named
  return [
    ...named,
    ...desired.warehouses.map(({ name }) => ({ warehouse: name })),
    ...desired.namespaces.map(({ warehouse, levels }) => ({ warehouse, namespace: levels })),
  ]
}

/** Returns the keys of all grantees that the documents contain: principals, roles, and grantees of grants. */
async function namedGrantees(context: PlanContext): Promise<ReadonlySet<GranteeKey>> {
  const { desired } = context
  const names: readonly GranteeName[] = [
    ...desired.principals.map(({ name }) => ({ principal: name })),
    ...desired.roles.map(({ name }) => ({ role: name })),
    ...desired.grants.map(({ to }) => to),
  ]
  const keys = await mapBounded(names, maxParallel, (name) => granteeKey(context, name))
  return new Set(keys.filter((key) => key !== null))
}

async function planObject(
  context: PlanContext,
  on: SecurableName,
  wanted: readonly Sourced<ParsedGrant>[],
  known: ReadonlySet<GranteeKey>,
): Promise<readonly PlannedItem[]> {
  const label = formatSecurable(on)
  const existing = await readGrants(context, on)
  if (existing === null && !context.names.objects.has(label)) {
    reportMissing(context, on, wanted)
    return []
  }
  const items: PlannedItem[] = []
  const seen = new Set<GranteeKey>()
  for (const grant of wanted) {
    const key = await granteeKey(context, grant.to)
    if (key === null) {
      const to = formatGranteeName(grant.to)
      context.problems.push(
        `${grant.source.at}: the grantee ${to} of ${label} does not exist. Add it to principals or roles`,
      )
      continue
    }
    const held = (existing ?? []).filter(({ to }) => isGrantee(to, key))
    for (const { to } of held) seen.add(keyOfGrantee(to))
    items.push(planGrantee(context, grant, held))
  }
  for (const [key, grants] of Map.groupBy(existing ?? [], ({ to }) => keyOfGrantee(to))) {
    if (seen.has(key) || grants[0]?.to.name === null) continue
    items.push(...planOthers(context, on, grants, known.has(key)))
  }
  return items
}

/** Plans the privileges of one grantee on one object, from one entry of the documents. */
function planGrantee(
  context: PlanContext,
  grant: Sourced<ParsedGrant>,
  present: readonly Grant[],
): PlannedItem {
  const name = `${formatGranteeName(grant.to)} on ${formatSecurable(grant.on)}`
  const wanted = toForms(grant)
  const missing = wanted.filter((form) => !present.some((held) => isSameForm(held, form)))
  // A restricted grant replaces the one that the grantee has.
  const others = present.filter(
    (held) =>
      !wanted.some((form) => form.privilege === held.privilege && isRestricted(form) === isRestricted(held)),
  )
  const pruned = context.options.prune.has('grants') ? others : []
  // A revocation of `select` removes the restricted and the unrestricted grant. The documents can contain one of them.
  const restored = pruned.some(isSelect) ? wanted.filter(isSelect) : []
  const changes = [
    ...give(context, grant, missing),
    ...(pruned.length === 0 ? [] : [take(context, grant, pruned, restored)]),
  ]
  const kept = pruned.length > 0 ? [] : others.map((held) => `privilege ${formatForm(held)}`)
  return present.length === 0
    ? createdItem('grant', name, changes)
    : plannedItem('grant', name, changes, kept)
}

/** Privilege of a grant, with its restriction. */
type GrantForm = Pick<Grant, 'privilege' | 'restriction'>

function toForms({ privileges, restriction }: ParsedGrant): readonly GrantForm[] {
  const restricted = restriction === null ? [] : [{ privilege: 'select', restriction }]
  return [...privileges.map((privilege) => ({ privilege })), ...restricted]
}

function isSameForm(one: GrantForm, other: GrantForm): boolean {
  return one.privilege === other.privilege && sameValue(one.restriction, other.restriction)
}

function isRestricted({ restriction }: GrantForm): boolean {
  return restriction !== undefined
}

function isSelect({ privilege }: GrantForm): boolean {
  return privilege === 'select'
}

function formatForm({ privilege, restriction }: GrantForm): string {
  return `${privilege}${formatRestriction(restriction)}`
}

/**
 * Plans whether a grantee keeps its grants on an object if the documents contain no grant of the grantee on this
 * object. They are removed only with `--prune grants`, and only if the documents contain the grantee.
 */
function planOthers(
  context: PlanContext,
  on: SecurableName,
  grants: readonly Grant[],
  isNamed: boolean,
): readonly PlannedItem[] {
  const [first] = grants
  if (first === undefined) return []
  const grantee = formatGrantee({ ...first.to, issuerConfigured: true })
  const name = `${grantee} on ${formatSecurable(on)}`
  // The documents do not manage grants to grantees that they do not contain, so these grants are kept.
  if (!context.options.prune.has('grants') || !isNamed) {
    const kept = grants.map((held) => `privilege ${formatForm(held)}`)
    return [{ kind: 'grant', name, action: 'keep', changes: [], kept }]
  }
  const change = take(context, { on, to: toGranteeId(first.to) }, grants, [])
  return [{ kind: 'grant', name, action: 'delete', changes: [change], kept: [] }]
}

/** Object and grantee of grants. */
interface GrantPlace {
  readonly on: SecurableName
  readonly to: GranteeName
}

/** Returns the changes that make grants: one for all privileges, and one for a restricted grant. */
function give(
  { session }: PlanContext,
  { on, to }: GrantPlace,
  forms: readonly GrantForm[],
): readonly PlannedChange[] {
  return [forms.filter((form) => !isRestricted(form)), forms.filter(isRestricted)].flatMap((group) => {
    const [first] = group
    if (first === undefined) return []
    const { rows = null, columns = null } = first.restriction ?? {}
    const body = {
      privileges: group.map(({ privilege }) => privilege),
      ...(rows === null ? {} : { rows }),
      ...(columns === null ? {} : { columns }),
      on,
      to,
    }
    return {
      stage: 'grants' as const,
      text: `grant ${group.map(formatForm).join(', ')}`,
      send: () => grantPrivilege(session.client, { body }),
    }
  })
}

/** @param restored grants of `select` that are made again after the revocation */
function take(
  context: PlanContext,
  { on, to }: GrantPlace,
  forms: readonly GrantForm[],
  restored: readonly GrantForm[],
): PlannedChange {
  const privileges = [...new Set(forms.map(({ privilege }) => privilege))]
  return {
    stage: 'removals',
    text: `revoke ${forms.map(formatForm).join(', ')}`,
    async send() {
      await revokePrivilege(context.session.client, { body: { privileges, on, to } })
      for (const change of give(context, { on, to }, restored)) await change.send()
    },
  }
}

/** Reads the grants on an object. Returns null if the object does not exist or the caller may not see it. */
async function readGrants({ session }: PlanContext, on: SecurableName): Promise<readonly Grant[] | null> {
  try {
    const { items } = await readList(session, {
      key: 'grants',
      request: (page) => listGrants(session.client, { query: { ...toSecurableQuery(on), ...page } }),
    })
    return items
  } catch (error) {
    if (error instanceof CliError && error.refusal?.status === 404) return null
    throw error
  }
}

function reportMissing(
  { options, problems, skipped }: PlanContext,
  on: SecurableName,
  wanted: readonly Sourced<ParsedGrant>[],
): void {
  const label = formatSecurable(on)
  const isRelation = on !== 'server' && on.relation !== undefined
  for (const { source, to } of wanted) {
    if (isRelation && options.skipMissingTables) skipped.push(`${formatGranteeName(to)} on ${label}`)
    else problems.push(`${source.at}: ${label} does not exist${isRelation ? missingTable : ''}`)
  }
}

const missingTable =
  ' (create or register the table first, or leave out such grants with --skip-missing-tables)'
