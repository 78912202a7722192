import type { JsonObject } from '@headgate/json'
import { decodeObject, decodeString, required } from '../../fields.ts'
import type { TableRequirement } from '../../metadata/requirement/types.ts'
import { decodeTableMetadata } from '../../metadata/table/decode-table.ts'
import type { TableMetadata } from '../../metadata/types.ts'
import type { TableUpdate } from '../../metadata/update/types.ts'
import type { TableIdentifier } from '../../rest/identifier.ts'
import { call, readAs } from '../call.ts'
import { bare, placeOf } from '../place.ts'
import type { CallOptions, Session } from '../session.ts'
import { encodeTableUpdate } from './encode-update.ts'

/** A change to a table that is made as a whole or not at all. */
export interface TableCommit {
  readonly requirements: readonly TableRequirement[]
  /** In the order in which they are applied. */
  readonly updates: readonly TableUpdate[]
}

/** A change to one table of several. */
export interface TableChange extends TableCommit {
  readonly identifier: TableIdentifier
}

/** A table as a commit has left it. */
export interface CommittedTable {
  readonly metadataLocation: string
  readonly metadata: TableMetadata
  readonly etag: string | null
}

/** One request, and what its retries make of it: see `updateTable` for one that minds others who commit. */
export async function commitTable(
  session: Session,
  identifier: TableIdentifier,
  commit: TableCommit,
  options: CallOptions = {},
): Promise<CommittedTable> {
  const body = changeBody({ identifier, ...commit })
  const answer = await call(session, 'updateTable', { ...options, ...placeOf(identifier), body })
  return readAs('updateTable', answer.json, (value) => {
    const body = decodeObject(value)
    return {
      metadataLocation: required(body, 'metadata-location', decodeString),
      metadata: required(body, 'metadata', decodeTableMetadata),
      etag: answer.headers.get('etag'),
    }
  })
}

/** Changes several tables at once: all or none. */
export async function commitTransaction(
  session: Session,
  changes: readonly TableChange[],
  options: CallOptions = {},
): Promise<void> {
  const body = { 'table-changes': changes.map(changeBody) }
  await call(session, 'commitTransaction', { ...options, body })
}

function changeBody({ identifier, requirements, updates }: TableChange): JsonObject {
  const lastColumnId = Math.max(
    0,
    ...requirements.map((each) =>
      each.type === 'assert-last-assigned-field-id' ? each['last-assigned-field-id'] : 0,
    ),
  )
  return {
    identifier: bare(identifier),
    requirements: requirements.map((requirement) => ({ ...requirement })),
    updates: updates.map((update) => encodeTableUpdate(update, lastColumnId)),
  }
}
