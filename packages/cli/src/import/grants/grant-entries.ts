import { formatSecurable } from '../../names/securable.ts'
import { formatCapabilities } from './capability.ts'
import { type Fit, fitPrivileges } from './fit-privileges.ts'
import type { ReviewEntry } from './review-line.ts'
import { objectKey, type SourceGrant, type SourceObject } from './source-grants.ts'

/**
 * Objects in the target on which a grant on the warehouse of the source is repeated: the target warehouse, or
 * namespaces in it.
 */
export type Anchors = 'warehouse' | readonly (readonly string[])[]

/** Returns the entries of the review document for all grants, ordered by object and grantee. */
export function grantEntries(
  grants: readonly SourceGrant[],
  warehouse: string,
  anchors: Anchors,
): readonly ReviewEntry[] {
  const placed = grants.flatMap((grant) => place(grant, anchors))
  const groups = Map.groupBy(placed, ({ on, to, inactive = '' }) =>
    JSON.stringify([objectKey(on), to, inactive]),
  )
  return [...groups.values()].toSorted(compareGroups).flatMap((group) => toEntry(group, warehouse))
}

/** Compares two groups of grants, by object and then by grantee. An object comes after the objects that contain it. */
function compareGroups([one]: readonly SourceGrant[], [other]: readonly SourceGrant[]): number {
  return sortKey(one) < sortKey(other) ? -1 : 1
}

/**
 * Returns the sort key of a grant. Each level of its object ends with a character below all others, so that `a` comes
 * before `a.b`, and `a.b` before `ab`.
 */
function sortKey(grant: SourceGrant | undefined): string {
  if (grant === undefined) return ''
  const { on, to } = grant
  const levels = [...on.namespace, ...(on.name === undefined ? [] : [on.name])]
  return [...levels.map((level) => `${level}\u0001`), '\u0000', to].join('')
}

/**
 * Converts a grant of the source catalog to grants in the target. A grant on the warehouse becomes one grant on each
 * anchor, and any other grant is unchanged.
 */
function place(grant: SourceGrant, anchors: Anchors): readonly SourceGrant[] {
  if (grant.on.kind !== 'warehouse' || anchors === 'warehouse') return [grant]
  return anchors.map((namespace) => ({ ...grant, on: { kind: 'namespace', namespace } }))
}

function toEntry(group: readonly SourceGrant[], warehouse: string): readonly ReviewEntry[] {
  const [first] = group
  if (first === undefined) return []
  const { on, to, inactive } = first
  const name = formatSecurable(toSecurable(on, warehouse))
  const entry = (
    privileges: readonly string[],
    comments: readonly string[],
    active: boolean,
  ): ReviewEntry => ({
    comments: [
      ...new Set(group.flatMap((each) => each.comments)),
      ...comments,
      ...(inactive === undefined ? [] : [`Left out: ${inactive}`]),
    ],
    members: privileges.length === 0 ? null : { on: name, to, privileges },
    active: active && inactive === undefined,
  })
  const exact = group.flatMap(({ allows }) => ('privileges' in allows ? allows.privileges : []))
  if (exact.length > 0) return [entry(unique(exact), [], true)]
  const held = new Set(
    group.flatMap(({ allows }) => ('capabilities' in allows ? [...allows.capabilities] : [])),
  )
  const fit = fitPrivileges(held, on.kind)
  const sources = [...sourceComments(group, name, to), ...fitComments(fit)]
  if (fit.privileges.length > 0) return [entry(fit.privileges, sources, true)]
  return [entry(fit.complete?.privileges ?? [], sources, false)]
}

function sourceComments(group: readonly SourceGrant[], name: string, to: string): readonly string[] {
  const rights = unique(group.flatMap((each) => each.rights))
  const unmapped = unique(group.flatMap((each) => each.unmapped))
  return [
    ...(rights.length === 0 ? [] : [`Source: ${rights.join(', ')}.`]),
    ...(unmapped.length === 0
      ? []
      : [
          `Without a counterpart${rights.length === 0 ? ` (${to} on ${name})` : ''}: ${unmapped.join(', ')}.`,
        ]),
  ]
}

/**
 * Returns the comments of the review document that state how the mapped privileges differ from the right in the source
 * catalog.
 */
function fitComments({ privileges, wider, narrower, complete }: Fit): readonly string[] {
  const gained = wider.length === 0 ? [] : [`Wider: also allows ${formatCapabilities(wider)}.`]
  if (complete === null) return gained
  const names = complete.privileges.map((each) => `"${each}"`).join(' and ')
  const extra = formatCapabilities(complete.extra)
  const needs = `needs ${names}${extra === '' ? '' : `, which also allows ${extra}`}.`
  const missing = formatCapabilities(narrower)
  return privileges.length === 0
    ? [`Left out: ${missing}. This ${needs}`]
    : [...gained, `Narrower: without ${missing}. This ${needs}`]
}

function toSecurable(
  { kind, namespace, name }: SourceObject,
  warehouse: string,
): { readonly warehouse: string; readonly namespace?: readonly string[]; readonly relation?: string } {
  if (kind === 'warehouse') return { warehouse }
  return { warehouse, namespace, ...(name === undefined ? {} : { relation: name }) }
}

const unique = (texts: readonly string[]): readonly string[] => [...new Set(texts)].toSorted()
