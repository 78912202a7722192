import type { JsonObject } from '@headgate/json'
import { HeadgateError } from '@headgate/errors'
import { formatIdentifier, type TableIdentifier } from '@headgate/iceberg/rest'
import { beginEarlyCommit, type EarlyTable } from '../store/early-tables.ts'
import type { UpstreamDeps } from './deps.ts'
import { loadRemote, parseMetadata } from './early-table.ts'
import { translateCreation } from './translate-creation.ts'
import type { Upstream } from './upstream.ts'

/**
 * Checks that a commit with the requirement `assert-create` comes from the same principal and the same
 * attempt that staged the table.
 *
 * @param uuid UUID that the commit assigns to the table, or null
 * @throws HeadgateError `commit-failed` when another principal or another attempt staged the table
 */
export function checkEarlyCommit(
  table: EarlyTable,
  identifier: TableIdentifier,
  principalId: string,
  uuid: string | null,
): void {
  const name = formatIdentifier(identifier)
  if (table.principalId !== principalId)
    throw failed(`Table ${name} is being created by another principal: repeat the statement later.`)
  if (uuid !== null && uuid.toLowerCase() !== table.uuid)
    throw failed(`A later attempt has staged table ${name}: repeat the statement.`)
}

/**
 * Prepares the first commit to an early-staged table, which already exists in the upstream catalog:
 * translates the creation into a commit to the existing table, and records that this commit is sent now.
 *
 * @param body commit with the requirement `assert-create`
 * @throws HeadgateError `commit-failed` when the reservation of the table has expired, or when another client
 *   of the upstream catalog has changed the table
 */
export async function translateEarlyCommit(
  { sql }: Pick<UpstreamDeps, 'sql'>,
  upstream: Upstream,
  table: EarlyTable,
  identifier: TableIdentifier,
  body: JsonObject,
  signal: AbortSignal,
): Promise<JsonObject> {
  const name = formatIdentifier(identifier)
  const remote = await loadRemote(upstream, identifier, signal)
  const { firstCommit } = await upstream.dialect(signal)
  if (
    remote === null ||
    remote.uuid !== table.uuid ||
    (table.state === 'created' && remote.metadataLocation !== table.metadataLocation)
  )
    throw failed(`Another client of the upstream changed table ${name} while it was created: stage it again.`)
  const translated = translateCreation(body, parseMetadata(remote), firstCommit === 'all')
  if (!(await beginEarlyCommit(sql, table.id)))
    throw failed(`The time to create table ${name} has ended: stage it again.`)
  return translated
}

/** Returns the error for a commit with the requirement `assert-create` to a table without a row of early staging. */
export function notStaged(identifier: TableIdentifier): HeadgateError {
  return failed(
    `Table ${formatIdentifier(identifier)} is not being created: its first commit happened before, or its time has ended. Load the table, or stage it again.`,
  )
}

function failed(message: string): HeadgateError {
  return new HeadgateError('commit-failed', message)
}
