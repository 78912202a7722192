import type { Json } from '@headgate/json'
import { formatLevels } from '../names/dotted.ts'
import { counted } from '../output/counted.ts'
import type { Paint } from '../output/paint.ts'
import type { GrantsResult } from './grants/grants-export.ts'
import { details, table } from '../output/table.ts'
import { visible } from '../output/visible.ts'
import { countInBoth, type ImportCounts, type ImportResult, type ImportResults } from './import-result.ts'
import { groupPlaces, type PlaceGroup, toSteps } from './plan-summary.ts'

/** Values of an import that its report shows in addition to the results of tables and views. */
export interface ReportContext {
  readonly source: string
  readonly sourceWarehouse: string | undefined
  readonly target: string
  readonly warehouse: string
  readonly principal: string | null
  readonly dryRun: boolean
  /** Result of the export of grants. Null if the user requested no grants, or if the run did not complete. */
  readonly grants: GrantsResult | null
  readonly seconds: number
}

/** Maximum number of problems in the text of the report. The output with `--json` contains all problems. */
const shownProblems = 20

/** Formats the summary of an import for people. */
export function formatReport(paint: Paint, results: ImportResults, context: ReportContext): string {
  const { tables, views, namespaces } = results
  const { dryRun, sourceWarehouse, warehouse } = context
  const facts = details(paint, [
    ['source', context.source + (sourceWarehouse === undefined ? '' : `, warehouse ${sourceWarehouse}`)],
    ['target', `${context.target}, warehouse ${warehouse}`],
    [
      'namespaces',
      `${count(namespaces.created)} ${dryRun ? 'to create' : 'created'}, ${count(namespaces.existing)} existed before`,
    ],
    ['tables', formatCounts(tables)],
    ['views', formatCounts(views)],
    ['grants', context.grants === null ? undefined : formatGrants(context.grants)],
    ['time', dryRun ? undefined : formatRate(results, context.seconds)],
  ])
  const groups = groupPlaces(results.plan)
  return [
    facts,
    ...placeTable(paint, groups),
    ...problemTable(paint, results),
    ...steps(groups, context),
  ].join('\n\n')
}

/** Converts the results of an import to the JSON document that `--json` prints. */
export function toReportJson(results: ImportResults, context: ReportContext): Json {
  const groups = groupPlaces(results.plan)
  return {
    source: { url: context.source, warehouse: context.sourceWarehouse ?? null },
    target: { url: context.target, warehouse: context.warehouse },
    dryRun: context.dryRun,
    seconds: Math.round(context.seconds * 10) / 10,
    namespaces: { ...results.namespaces },
    tables: { ...results.tables },
    views: { ...results.views },
    tablesInBothCatalogs: countInBoth(results),
    ...(context.grants === null ? {} : { grants: { ...context.grants } }),
    problems: results.problems.map(toResultJson),
    namespaceProblems: results.namespaceProblems.map(({ namespace, reason }) => ({ namespace, reason })),
    ...(context.dryRun
      ? {
          principal: context.principal,
          plan: results.plan.map(toResultJson),
          steps: toSteps(groups, context.warehouse, context.principal ?? ''),
        }
      : {}),
  }
}

/** Converts the result for one table or view to JSON. */
export function toResultJson({ kind, identifier, status, moved, reason, next, place }: ImportResult): Json {
  const { namespace, name } = identifier
  return {
    kind,
    namespace,
    name,
    status,
    ...(moved ? { moved } : {}),
    ...(reason === undefined ? {} : { reason }),
    ...(next === undefined ? {} : { next }),
    ...(place === undefined ? {} : { place: { ...place, cover: { ...place.cover } } }),
  }
}

/** Formats the result for one table or view as one line. */
export function formatResult({ kind, identifier, status, moved, reason }: ImportResult): string {
  const name = formatLevels([...identifier.namespace, identifier.name])
  return `${status}${moved ? ' and dropped at the source' : ''}: ${kind} ${name}${reason === undefined ? '' : `. ${reason}`}`
}

const countTexts: readonly (readonly [key: keyof ImportCounts, text: string])[] = [
  ['new', 'to register'],
  ['registered', 'registered'],
  ['present', 'registered before'],
  ['newer', 'registered before and changed since in the target'],
  ['conflict', 'in conflict'],
  ['failed', 'failed'],
  ['gone', 'dropped at the source meanwhile'],
  ['moved', 'dropped at the source by this run'],
]

function formatCounts(counts: ImportCounts): string {
  const texts = countTexts.flatMap(([key, text]) =>
    counts[key] === 0 ? [] : [`${count(counts[key])} ${text}`],
  )
  return texts.length === 0 ? 'none' : texts.join(', ')
}

/** Formats the result of the export of grants. The values are escaped when they are printed. */
function formatGrants(result: GrantsResult): string {
  if ('reason' in result) return `not written. ${result.reason}`
  const { file, product, principals, roles, grants, leftOut } = result
  const left = leftOut === 0 ? '' : `, and ${count(leftOut)} as comments for you to decide`
  return `${counted(grants, 'grant')}, ${counted(roles, 'role')} and ${counted(principals, 'principal')} from ${product} in ${file}${left}. Review it before headgate apply.`
}

function formatRate({ done }: ImportResults, seconds: number): string {
  const rate = seconds > 0 ? Math.round(done / seconds) : 0
  return `${seconds.toFixed(1)} s, ${count(rate)} tables and views per second`
}

function placeTable(paint: Paint, groups: readonly PlaceGroup[]): readonly string[] {
  if (groups.length === 0) return []
  return [
    table(paint, groups, [
      { heading: 'location', cell: ({ location }) => location },
      { heading: 'tables and views', cell: (group) => count(group.count), right: true },
      { heading: 'allowed by', cell: ({ allowedBy }) => allowedBy },
      { heading: 'right to register', cell: ({ right }) => right },
    ]),
  ]
}

function problemTable(paint: Paint, { problems, namespaceProblems }: ImportResults): readonly string[] {
  const rows = [
    ...namespaceProblems.map(({ namespace, reason }) => ({
      name: `namespace ${formatLevels(namespace)}`,
      reason,
      next: undefined,
    })),
    ...problems.map(({ kind, identifier, reason = '', next }) => ({
      name: `${kind} ${formatLevels([...identifier.namespace, identifier.name])}`,
      reason,
      next,
    })),
  ]
  if (rows.length === 0) return []
  const texts = rows
    .slice(0, shownProblems)
    .map(
      ({ name, reason, next }) =>
        `${paint('red', visible(name))}: ${visible(reason)}${next === undefined ? '' : `\n  ${visible(next)}`}`,
    )
  const more = rows.length - texts.length
  return [[...texts, ...(more > 0 ? [`… and ${count(more)} more, which --json lists.`] : [])].join('\n')]
}

function steps(groups: readonly PlaceGroup[], { warehouse, principal }: ReportContext): readonly string[] {
  const all = toSteps(groups, warehouse, principal ?? '')
  return all.length === 0
    ? []
    : [['Before the import:', ...all.map((step) => `  ${visible(step)}`)].join('\n')]
}

const count = (number: number): string => number.toLocaleString('en-US')
