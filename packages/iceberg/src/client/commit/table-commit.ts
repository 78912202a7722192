import type { JsonObject } from '@headgate/json'
import { decodeObject, decodeString, required } from '../../fields.ts'
import type { TableRequirement } from '../../metadata/requirement/types.ts'
import { decodeTableMetadata } from '../../metadata/table/decode-table.ts'
import type { TableMetadata } from '../../metadata/types.ts'
import type { TableUpdate } from '../../metadata/update/types.ts'
import type { TableIdentifier } from '../../rest/identifier.ts'
import { call, decodeResponse } from '../call.ts'
import { toIdentifier, toTableParams } from '../identifiers.ts'
import type { CallOptions, Session } from '../session.ts'
import { encodeTableUpdate } from './encode-update.ts'

/** Atomic change of a table: the server applies all updates or none. */
export interface TableCommit {
  readonly requirements: readonly TableRequirement[]
  /** Updates in the order in which the server applies them. */
  readonly updates: readonly TableUpdate[]
}

/** Change of one table in a transaction. */
export interface TableChange extends TableCommit {
  readonly identifier: TableIdentifier
}

/** Metadata of a table after a commit, with the location of its metadata file. */
export interface CommittedTable {
  readonly metadataLocation: string
  readonly metadata: TableMetadata
  readonly etag: string | null
}

/** Commits to a table in one request, which may be retried. `updateTable` also handles conflicts with other commits. */
export async function commitTable(
  session: Session,
  identifier: TableIdentifier,
  commit: TableCommit,
  options: CallOptions = {},
): Promise<CommittedTable> {
  const body = encodeTableChange({ identifier, ...commit })
  const response = await call(session, 'updateTable', { ...options, ...toTableParams(identifier), body })
  return decodeResponse('updateTable', response.json, (value) => {
    const body = decodeObject(value)
    return {
      metadataLocation: required(body, 'metadata-location', decodeString),
      metadata: required(body, 'metadata', decodeTableMetadata),
      etag: response.headers.get('etag'),
    }
  })
}

/** Commits to several tables in one request: the server changes all of them or none. */
export async function commitTransaction(
  session: Session,
  changes: readonly TableChange[],
  options: CallOptions = {},
): Promise<void> {
  const body = { 'table-changes': changes.map(encodeTableChange) }
  await call(session, 'commitTransaction', { ...options, body })
}

function encodeTableChange({ identifier, requirements, updates }: TableChange): JsonObject {
  const lastColumnId = Math.max(
    0,
    ...requirements.map((each) =>
      each.type === 'assert-last-assigned-field-id' ? each['last-assigned-field-id'] : 0,
    ),
  )
  return {
    identifier: toIdentifier(identifier),
    requirements: requirements.map((requirement) => ({ ...requirement })),
    updates: updates.map((update) => encodeTableUpdate(update, lastColumnId)),
  }
}
