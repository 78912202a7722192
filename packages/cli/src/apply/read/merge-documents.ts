import { CliError } from '../../cli-error.ts'
import { toPrivileges } from '../../commands/grant/bundles.ts'
import { exitCode } from '../../exit-code.ts'
import type { GranteeName, Restriction, SecurableName } from '../../management/generated/schemas.ts'
import { formatSecurable, parseSecurable } from '../../names/securable.ts'
import { parseDotted } from '../../names/dotted.ts'
import { parseGrantee } from '../../names/grantee.ts'
import { type Document, type Section, sections } from '../document/document.ts'
import type { EngineEntry } from '../document/engine-entry.ts'
import type { NamespaceEntry } from '../document/namespace-entry.ts'
import type { PrincipalEntry } from '../document/principal-entry.ts'
import type { RoleEntry } from '../document/role-entry.ts'
import type { WarehouseEntry } from '../document/warehouse-entry.ts'
import type { SourceDocument } from './read-documents.ts'

/** Entry of a document with its file and line, for errors, and the folder of the file. */
export type Sourced<Entry> = Entry & { readonly source: Source }

export interface Source {
  /** Position of the entry, as `FILE:LINE`, for error messages. */
  readonly at: string
  readonly folder: string
}

/** Namespace of a document, with the warehouse and the levels from its name. */
export interface ParsedNamespace extends NamespaceEntry {
  readonly warehouse: string
  readonly levels: readonly string[]
}

/** All grants of the documents on one object to one grantee. */
export interface ParsedGrant {
  readonly on: SecurableName
  readonly to: GranteeName
  /** Privileges that are not restricted. */
  readonly privileges: readonly string[]
  /** Restriction of a further grant of `select`. Null: no such grant. */
  readonly restriction: Restriction | null
}

/** Merged entries of all documents. Each object occurs once. */
export interface DesiredState {
  readonly principals: readonly Sourced<PrincipalEntry>[]
  readonly roles: readonly Sourced<RoleEntry>[]
  readonly warehouses: readonly Sourced<WarehouseEntry>[]
  readonly namespaces: readonly Sourced<ParsedNamespace>[]
  readonly engines: readonly Sourced<EngineEntry>[]
  readonly grants: readonly Sourced<ParsedGrant>[]
}

/**
 * Merges documents, and merges grants on the same object to the same grantee into one entry.
 *
 * @throws CliError when two documents contain the same object
 */
export function mergeDocuments(documents: readonly SourceDocument[]): DesiredState {
  const all = <Name extends Section>(section: Name): readonly Sourced<Entry<Name>>[] =>
    documents.flatMap(({ document, locate, folder }) =>
      ((document[section] ?? []) as readonly Entry<Name>[]).map((entry, index) => ({
        ...entry,
        source: { at: locate([section, index]), folder },
      })),
    )
  const merged = {
    principals: all('principals'),
    roles: all('roles'),
    warehouses: all('warehouses'),
    namespaces: all('namespaces').map(parseNamespace),
    engines: all('engines'),
    grants: uniteGrants(all('grants').map(parseGrant)),
  }
  refuseDuplicates(merged)
  return merged
}

type Entry<Name extends Section> = NonNullable<Document[Name]>[number]

function parseNamespace(entry: Sourced<NamespaceEntry>): Sourced<ParsedNamespace> {
  const { warehouse, levels } = parseDotted(entry.name)
  return { ...entry, warehouse: warehouse ?? '', levels }
}

function parseGrant({
  on,
  to,
  privileges,
  rows,
  columns,
  source,
}: Sourced<Entry<'grants'>>): Sourced<ParsedGrant> {
  const named = { on: parseSecurable(on, ''), to: parseGrantee(to), source }
  return rows === undefined && columns === undefined
    ? { ...named, privileges: toPrivileges(privileges, named.on), restriction: null }
    : { ...named, privileges: [], restriction: { rows: rows ?? null, columns: columns ?? null } }
}

function uniteGrants(grants: readonly Sourced<ParsedGrant>[]): readonly Sourced<ParsedGrant>[] {
  const groups = Map.groupBy(grants, ({ on, to }) => JSON.stringify([formatSecurable(on), to]))
  return [...groups.values()].flatMap((group) => {
    const [first] = group
    if (first === undefined) return []
    const privileges = [...new Set(group.flatMap((each) => each.privileges))]
    return [{ ...first, privileges, restriction: onlyRestriction(group) }]
  })
}

/** @throws CliError when the entries contain several restricted grants, because a grantee can have only one */
function onlyRestriction(group: readonly Sourced<ParsedGrant>[]): Restriction | null {
  const [first, second] = group.filter(({ restriction }) => restriction !== null)
  if (first !== undefined && second !== undefined)
    throw new CliError(
      exitCode.usage,
      `The documents restrict select on ${formatSecurable(first.on)} for one grantee more than once: at ${first.source.at} and ${second.source.at}.`,
      { next: 'Nothing was changed. Write rows and columns in one entry.' },
    )
  return first?.restriction ?? null
}

function refuseDuplicates(state: DesiredState): void {
  const problems = sections.flatMap((section) => {
    if (section === 'grants') return []
    const named: readonly { readonly name: string; readonly source: Source }[] = state[section].map(
      (entry) => ({
        name: formatName(entry),
        source: entry.source,
      }),
    )
    const groups = Map.groupBy(named, ({ name }) => name)
    return [...groups].flatMap(([name, found]) =>
      found.length < 2
        ? []
        : [`${section}: ${name} is at ${found.map(({ source }) => source.at).join(' and ')}`],
    )
  })
  if (problems.length === 0) return
  throw new CliError(
    exitCode.usage,
    `The documents contain these objects more than once:\n${problems.join('\n')}`,
    {
      next: 'Nothing was changed. Write each object once.',
    },
  )
}

function formatName(
  entry: PrincipalEntry | RoleEntry | WarehouseEntry | ParsedNamespace | EngineEntry,
): string {
  if ('levels' in entry) return formatSecurable({ warehouse: entry.warehouse, namespace: entry.levels })
  return 'principal' in entry ? entry.principal : entry.name
}
