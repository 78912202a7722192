import { randomUUID } from 'node:crypto'
import { isRestError, type LoadedTable, type RestCatalog } from '@headgate/iceberg/client'
import { formatIdentifier, type Namespace, type TableIdentifier } from '@headgate/iceberg/rest'
import { failed, warning, type Diagnosis } from '../finding.ts'
import { describeError } from '../http/describe-error.ts'
import { reports } from '../reports.ts'
import type { DoctorContext } from '../context.ts'
import { addTableSecrets } from '../credentials/table-secrets.ts'
import { checkCreated, checkStaged } from '../scratch/created-table.ts'
import type { Layer } from './layer.ts'

const schema = { type: 'struct', fields: [{ id: 1, name: 'id', type: 'long', required: false }] } as const

/**
 * Layer that checks commits: creates, writes, commits and drops a table in a scratch namespace, with the requests that
 * the engine sends.
 */
export const commitLayer: Layer = {
  name: 'commit',
  skip: ({ options, learned, settings }) =>
    options.scratch === null
      ? 'nothing is written without --scratch NAMESPACE'
      : learned.catalog === undefined
        ? 'the catalog is not connected'
        : settings.userSession && options.user === null
          ? 'the engine acts for each of its users, and --user names none'
          : null,
  check: async (context) => {
    const { catalog } = context.learned
    const { scratch } = context.options
    if (catalog === undefined || scratch === null) return []
    const identifier = {
      namespace: scratch,
      name: `headgate_doctor_${randomUUID().replaceAll('-', '').slice(0, 16)}`,
    }
    const created = await ensureNamespace(catalog, scratch)
    if (created instanceof Error) return [namespaceRefused(scratch, created)]
    const problems = await tryTable(context, catalog, identifier)
    return [...problems, ...(await cleanUp(catalog, identifier, created))]
  },
}

/** Creates the scratch namespace if it does not exist. Returns whether it was created, or the error. */
async function ensureNamespace(catalog: RestCatalog, namespace: Namespace): Promise<boolean | Error> {
  try {
    if (await catalog.namespaceExists(namespace)) return false
    await catalog.createNamespace(namespace)
    return true
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  }
}

async function tryTable(
  context: DoctorContext,
  catalog: RestCatalog,
  identifier: TableIdentifier,
): Promise<readonly Diagnosis[]> {
  const { traits } = context
  const stageCreate = traits.stagesCreates
  let table: LoadedTable
  try {
    table = await catalog.createTable(identifier, { schema, stageCreate })
  } catch (error) {
    return [await createRefused(context, catalog, identifier, error)]
  }
  addTableSecrets(context.redactor, table)
  const problems = stageCreate ? await checkStaged(context, table) : await checkCreated(context, table)
  if (problems.some(({ status }) => status === 'failed')) return problems
  return [...problems, ...(await commit(context, catalog, table))]
}

/**
 * Commits a property of the new or staged table. If the engine uses `transactions/commit`, checks this operation, too.
 */
async function commit(
  context: DoctorContext,
  catalog: RestCatalog,
  table: LoadedTable,
): Promise<readonly Diagnosis[]> {
  try {
    await catalog.updateTable(table).setProperties({ 'headgate.doctor': 'created' }).commit()
    context.fact(`${formatIdentifier(table.identifier)} was created and committed`)
    if (!context.traits.usesTransactions) return []
    return await commitTransaction(context, catalog, table.identifier)
  } catch (error) {
    return [
      failed('commit-refused', {
        evidence: `The catalog created or staged ${formatIdentifier(table.identifier)} and refuses the commit: ${describeError(error)}.`,
        remedy:
          'Grant the identity the right to modify tables of this namespace. If it has this right, read the log of the catalog.',
      }),
    ]
  }
}

async function commitTransaction(
  { traits, fact }: DoctorContext,
  catalog: RestCatalog,
  identifier: TableIdentifier,
): Promise<readonly Diagnosis[]> {
  try {
    const table = await catalog.loadTable(identifier, { accessDelegation: [] })
    const transaction = catalog.transaction()
    transaction.update(table).setProperties({ 'headgate.doctor': 'transaction' })
    await transaction.commit()
    fact('the operation commitTransaction works')
    return []
  } catch (error) {
    return [
      warning('transactions-refused', {
        evidence: `${traits.label} commits writes with transactions/commit, and the catalog refuses it: ${describeError(error)}.`,
        remedy:
          'Set DISABLE_MULTI_TABLE_COMMIT true of ATTACH, or let the catalog support POST /v1/{prefix}/transactions/commit.',
      }),
    ]
  }
}

async function createRefused(
  context: DoctorContext,
  catalog: RestCatalog,
  identifier: TableIdentifier,
  error: unknown,
): Promise<Diagnosis> {
  const { traits, settings } = context
  const evidence = `The catalog refuses to ${traits.stagesCreates ? 'stage' : 'create'} a table in ${identifier.namespace.join('.')}: ${describeError(error)}.`
  const status = isRestError(error) ? error.status : 0
  if (status === 403 || status === 401) {
    return failed('create-forbidden', {
      evidence,
      remedy:
        'Grant the identity the right to create tables in this namespace, or name another one with --scratch.',
    })
  }
  const works = traits.stagesCreates && (await createsDirectly(context, catalog, identifier))
  if (!works) return failed('create-refused', { evidence, remedy: 'Read the log of the catalog.' })
  return failed('stage-create-refused', {
    evidence: `${evidence} The catalog creates the table when the request does not set stage-create.`,
    remedy: stageAdvice(settings.engine),
    report: reports.stageCreate,
  })
}

async function createsDirectly(
  { redactor }: DoctorContext,
  catalog: RestCatalog,
  identifier: TableIdentifier,
): Promise<boolean> {
  try {
    addTableSecrets(redactor, await catalog.createTable(identifier, { schema }))
    return true
  } catch {
    return false
  }
}

function stageAdvice(engine: DoctorContext['settings']['engine']): string {
  const general = 'The catalog does not support staged tables, which CREATE TABLE AS needs.'
  if (engine === 'duckdb') return `${general} Set STAGE_CREATE_TABLES false of ATTACH.`
  if (engine === 'trino')
    return `${general} Trino stages each CREATE TABLE when credentials are vended: create tables with another engine and use INSERT, or configure keys in Trino instead of iceberg.rest-catalog.vended-credentials-enabled.`
  return `${general} Create the table first, and then write with INSERT.`
}

const namespaceRefused = (namespace: Namespace, error: Error): Diagnosis =>
  failed('scratch-refused', {
    evidence: `The scratch namespace ${namespace.join('.')} does not exist and cannot be created: ${describeError(error)}.`,
    remedy:
      'Create the namespace, grant the identity the right to create tables in it, or name another one with --scratch.',
  })

/** Drops the table, and the scratch namespace if this check created it. */
async function cleanUp(
  catalog: RestCatalog,
  identifier: TableIdentifier,
  dropsNamespace: boolean,
): Promise<readonly Diagnosis[]> {
  try {
    if (await catalog.tableExists(identifier)) await catalog.dropTable(identifier, { purge: true })
    if (dropsNamespace) await catalog.dropNamespace(identifier.namespace)
    return []
  } catch (error) {
    return [
      warning('scratch-left', {
        evidence: `${formatIdentifier(identifier)} could not be removed: ${describeError(error)}.`,
        remedy: `Drop the table${dropsNamespace ? ' and its namespace' : ''} yourself.`,
      }),
    ]
  }
}
