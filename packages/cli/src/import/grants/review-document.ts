import { schemaUrl } from '../../apply/export/format-document.ts'
import { type Anchors, grantEntries } from './grant-entries.ts'
import { comment, formatSection, type ReviewEntry } from './review-line.ts'
import type { SourceGrants, SourcePrincipal, SourceRole } from './source-grants.ts'
import { withoutCycles } from './without-cycles.ts'

/** Names of principals and roles that already exist in the target server. */
export interface ExistingNames {
  readonly principals: ReadonlySet<string>
  readonly roles: ReadonlySet<string>
}

export interface ReviewInput {
  readonly product: string
  /** URL and warehouse of the source catalog, as text. */
  readonly source: string
  /** Name of the target warehouse. */
  readonly warehouse: string
  readonly grants: SourceGrants
  readonly anchors: Anchors
  /** Names that exist in the target server, or null if the caller may not read its principals and roles. */
  readonly existing: ExistingNames | null
}

/**
 * Document with the grants of a source catalog, which an administrator reviews before `headgate apply` reads it. Also
 * has the number of its entries.
 */
export interface ReviewDocument {
  readonly text: string
  readonly principals: number
  readonly roles: number
  readonly grants: number
  /**
   * Number of grants that the document contains only as comments, because the mapped privileges would allow too much
   * or the right has no counterpart.
   */
  readonly leftOut: number
}

/** Creates the review document from the principals, roles and grants of a source catalog. */
export function createReviewDocument(input: ReviewInput): ReviewDocument {
  const { grants, warehouse, anchors, existing } = input
  const principals = byName(grants.principals).map((each) => principalEntry(each, existing))
  const roles = withoutCycles(byName(grants.roles)).map((each) => roleEntry(each, existing))
  const entries = grantEntries(grants.grants, warehouse, anchors)
  const active = entries.filter((each) => each.active)
  const lines = [
    `# yaml-language-server: $schema=${schemaUrl}`,
    ...head(input).map(comment),
    'version: 1',
    ...formatSection('principals', principals),
    ...formatSection('roles', roles),
    ...formatSection('grants', entries),
    '',
  ]
  return {
    text: lines.join('\n'),
    principals: principals.length,
    roles: roles.length,
    grants: active.length,
    leftOut: entries.length - active.length,
  }
}

function head({ product, source, anchors, grants, existing }: ReviewInput): readonly string[] {
  return [
    `Rights on the imported objects, from ${product} at ${source}. Nothing was granted.`,
    'After your review: headgate apply -f FILE --skip-missing-tables --dry-run',
    'No entry lets its holder read or write data, drop objects or grant rights unless the source does.',
    '"Wider" and "Narrower" state the other differences. Rights that would allow more are comments ("Left out").',
    'Here, the creator of an object owns it: the creator may read, write, drop and grant it.',
    ...(anchors === 'warehouse' ? [] : [anchored]),
    ...(existing === null ? [unchecked] : []),
    ...grants.facts,
  ]
}

const anchored =
  'Rights on the whole warehouse are granted on each outermost imported namespace, because other namespaces are not of this import.'
const unchecked =
  'It was not checked whether the target has these principals and roles, because your principal may not read them.'

function principalEntry(
  { name, enabled, comments }: SourcePrincipal,
  existing: ExistingNames | null,
): ReviewEntry {
  const exists = existing?.principals.has(name) === true
  return {
    comments: [
      ...comments,
      ...(exists ? ['The target has a principal with this name, which gets these rights.'] : []),
    ],
    members: { name, ...(enabled === false ? { enabled } : {}) },
    active: true,
  }
}

function roleEntry({ name, members, comments }: SourceRole, existing: ExistingNames | null): ReviewEntry {
  const exists = existing?.roles.has(name) === true
  return {
    comments: [
      ...comments,
      ...(exists
        ? [
            'The target has a role with this name. Its members there get these rights, and these members get its rights.',
          ]
        : []),
    ],
    members: { name, ...(members.length === 0 ? {} : { members: [...members].toSorted() }) },
    active: true,
  }
}

function byName<Entry extends { readonly name: string }>(entries: readonly Entry[]): readonly Entry[] {
  return entries.toSorted((one, other) => (one.name < other.name ? -1 : 1))
}
