import { isRestError, type LoadedTable, type RestCatalog } from '@headgate/iceberg/client'
import { formatIdentifier, type Namespace, type TableIdentifier } from '@headgate/iceberg/rest'
import { failed, type Diagnosis } from '../finding.ts'
import { describeError } from '../http/describe-error.ts'
import { reports } from '../reports.ts'
import type { DoctorContext } from '../context.ts'
import { addTableSecrets } from '../credentials/table-secrets.ts'
import { diagnoseHidden, openAdmin } from '../protocol/administrator.ts'
import type { Layer } from './layer.ts'

/** Maximum number of namespaces in which the check looks for a table. */
const maxNamespaces = 25

/** Layer that loads a table with the request that the engine sends. */
export const tableLayer: Layer = {
  name: 'table',
  skip: ({ settings, options }) =>
    settings.userSession && options.user === null
      ? 'the engine acts for each of its users, and --user names none'
      : null,
  check: async (context) => {
    const { catalog } = context.learned
    if (catalog === undefined) return []
    const chosen = await chooseTable(context, catalog)
    if ('problem' in chosen) return chosen.problem === null ? [] : [chosen.problem]
    return await load(context, catalog, chosen.identifier)
  },
}

type Choice = { readonly identifier: TableIdentifier } | { readonly problem: Diagnosis | null }

async function chooseTable(context: DoctorContext, catalog: RestCatalog): Promise<Choice> {
  const { table } = context.options
  if (table !== null) return { identifier: table }
  try {
    const { identifier, namespaces } = await findTable(catalog)
    if (identifier !== null) return { identifier }
    context.fact(`${namespaces} namespaces are visible, and no table; --table names one`)
  } catch (error) {
    return { problem: listRefused(context, error) }
  }
  return { problem: await compareLists(context) }
}

/** Returns the first table that the catalog lists. */
async function findTable(
  catalog: RestCatalog,
): Promise<{ readonly identifier: TableIdentifier | null; readonly namespaces: number }> {
  const queue: Namespace[] = []
  for await (const namespace of catalog.listNamespaces()) {
    if (queue.push(namespace) >= maxNamespaces) break
  }
  for (const namespace of queue) {
    for await (const identifier of catalog.listTables(namespace))
      return { identifier, namespaces: queue.length }
  }
  return { identifier: null, namespaces: queue.length }
}

/**
 * Lists the tables again as an administrator, if the engine sees none. Returns a diagnosis if the administrator sees a
 * table, otherwise null.
 */
async function compareLists(context: DoctorContext): Promise<Diagnosis | null> {
  const admin = await openAdmin(context)
  if (admin === null) return null
  const { identifier } = await findTable(admin)
  if (identifier === null) return null
  return failed('tables-hidden', {
    evidence: `The catalog lists no table for this identity, and for the administrator at least ${formatIdentifier(identifier)}.`,
    remedy: `Grant the identity rights on the namespace or its tables (in Headgate: headgate grant give select --on namespace:${identifier.namespace.join('.')} --to principal:NAME).`,
    report: reports.hiddenTable,
  })
}

async function load(
  context: DoctorContext,
  catalog: RestCatalog,
  identifier: TableIdentifier,
): Promise<readonly Diagnosis[]> {
  const { learned, settings } = context
  const name = formatIdentifier(identifier)
  try {
    learn(context, await catalog.loadTable(identifier))
    context.fact(`${name} was loaded from ${learned.table?.metadataLocation ?? 'no metadata location'}`)
    return []
  } catch (error) {
    const withoutHeader =
      settings.delegation.length === 0 ? null : await loadPlain(catalog, identifier).catch(() => null)
    if (withoutHeader !== null && error instanceof Error) {
      // The refusal is stored, and the credentials layer reports it.
      learned.delegationRefusal = error
      learn(context, withoutHeader)
      return []
    }
    return [await diagnoseLoad(context, identifier, error)]
  }
}

/** Loads a table without requesting storage access. */
const loadPlain = async (catalog: RestCatalog, identifier: TableIdentifier): Promise<LoadedTable> =>
  await catalog.loadTable(identifier, { accessDelegation: [] })

/** Stores a loaded table for later layers, and adds its secrets to the redactor. */
function learn({ learned, redactor }: DoctorContext, table: LoadedTable): void {
  addTableSecrets(redactor, table)
  learned.table = table
}

function listRefused({ settings }: DoctorContext, error: unknown): Diagnosis {
  return failed('list-refused', {
    evidence: `The catalog refuses to list namespaces or tables: ${describeError(error)}.`,
    remedy: `Grant the identity of ${settings.names.credential} rights on the warehouse, or name a table with --table.`,
    report: reports.hiddenTable,
  })
}

async function diagnoseLoad(
  context: DoctorContext,
  identifier: TableIdentifier,
  error: unknown,
): Promise<Diagnosis> {
  const evidence = `The catalog refuses to load ${formatIdentifier(identifier)}: ${describeError(error)}.`
  const known = adviseOnLoad(evidence)
  if (known !== null) return known
  const hidden = await diagnoseHidden(context, identifier, error, evidence)
  if (hidden !== null) return hidden
  const status = isRestError(error) ? error.status : 0
  return failed(status === 404 ? 'table-missing' : status === 403 ? 'table-forbidden' : 'load-failed', {
    evidence,
    remedy:
      status === 404
        ? 'Check the name of the table, and grant the identity select on it: many catalogs answer 404 for tables that the caller may not see. With --admin, the doctor distinguishes both.'
        : status === 403
          ? 'Grant the identity the right to read the table.'
          : 'Read the log of the catalog.',
  })
}

/**
 * Returns the diagnosis for an error message that a specific catalog product is known to send, or null for any other
 * message.
 */
function adviseOnLoad(evidence: string): Diagnosis | null {
  if (/EXTERNAL[ _]USE[ _]SCHEMA/i.test(evidence)) {
    return failed('external-use-schema', {
      evidence,
      remedy:
        'Run GRANT EXTERNAL USE SCHEMA ON SCHEMA catalog.schema TO `principal` in Databricks, and enable external data access for the metastore. Owners do not have this privilege by default.',
      report: reports.externalUse,
    })
  }
  return null
}
