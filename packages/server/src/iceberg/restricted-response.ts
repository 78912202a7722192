import type { Schema, TableMetadata } from '@headgate/iceberg/metadata'
import { parseFilter } from '@headgate/iceberg/expression'
import type { SnapshotMode } from '@headgate/iceberg/rest'
import type { JsonObject } from '@headgate/json'
import { HeadgateError } from '@headgate/errors'
import { checkMetadataFile } from '../catalog/check-metadata-file.ts'
import { currentMetadata } from '../catalog/commit/current-metadata.ts'
import type { ReadRestriction } from '../catalog/find-readable.ts'
import { planningProperties } from '../catalog/planning-mode.ts'
import { tableModel } from '../catalog/relation-model.ts'
import { ResponseSuffix } from '../catalog/response-suffix.ts'
import type { Target } from '../catalog/target.ts'
import { auditedResponse } from '../credentials/audit-access.ts'
import { issueStorageAccess } from '../credentials/issue-storage-access.ts'
import type { Call, Response } from '../operation/operation.ts'
import type { IcebergDeps } from './deps.ts'
import { checkEnforceable } from './restricted-read.ts'
import { metadataResponse } from './responses.ts'
import { committedAccessRequest } from './storage-access.ts'

/**
 * Encodes the response to a load of a table by a restricted grant. An engine that is trusted to enforce the restriction
 * gets it as `read-restrictions`, with credentials for the table. Another client gets no credentials, and has to plan its
 * scans at the server, which issues credentials for the files that contain only permitted rows.
 *
 * @throws HeadgateError `forbidden` when the restriction cannot be enforced
 */
export async function restrictedResponse(
  deps: IcebergDeps,
  call: Call,
  target: Target,
  snapshots: SnapshotMode,
  restriction: ReadRestriction,
): Promise<Response> {
  checkEnforceable(target, restriction)
  const location = target.relation.metadataLocation
  if (deps.verifyMetadataFiles) checkMetadataFile(target)
  const members = restriction.isEnforced
    ? await trustedMembers(deps, call, target, restriction)
    : { config: { 'scan-planning-mode': 'server' } }
  const encoded = await deps.metadataTexts.get(target, target.relation, snapshots)
  const text = encoded.plain ?? (await deps.metadataTexts.inflated(target, snapshots, encoded))
  // The response has no ETag: it is never confirmed by 304, because it depends on the grants of the caller.
  return metadataResponse({ location, text, suffix: new ResponseSuffix(members), etag: null })
}

async function trustedMembers(
  deps: IcebergDeps,
  call: Call,
  target: Target,
  restriction: ReadRestriction,
): Promise<JsonObject> {
  const metadata = await currentMetadata(deps, tableModel, deps.decodedTables, target)
  const access = call.isFromConsole
    ? null
    : auditedResponse(
        call,
        await issueStorageAccess(deps, committedAccessRequest(call, target, [], restriction), call),
      )
  const credentials = (access?.credentials ?? []).map((each) => ({ ...each }))
  return {
    config: access?.config ?? planningProperties(target.warehouse, target.relation.scanPlanning),
    ...(credentials.length === 0 ? {} : { 'storage-credentials': credentials }),
    ...(access?.remoteSigning === null || access === null
      ? {}
      : { 'remote-signing-config': { ...access.remoteSigning } }),
    'read-restrictions': toReadRestrictions(metadata, restriction),
  }
}

/** Encodes a restriction (Iceberg REST specification, `ReadRestrictions`). Columns that are not permitted are replaced. */
function toReadRestrictions(metadata: TableMetadata, { rows, columns }: ReadRestriction): JsonObject {
  const schema = metadata.schemas.find((each) => each['schema-id'] === metadata['current-schema-id'])
  if (schema === undefined) throw new HeadgateError('damaged-metadata', 'The table has no current schema.')
  return {
    ...(rows === null ? {} : { 'required-row-filter': parseFilter(rows) }),
    ...(columns === null ? {} : { 'required-column-projections': hiddenColumns(schema, columns) }),
  }
}

function hiddenColumns(schema: Schema, columns: readonly string[]): JsonObject[] {
  const missing = columns.filter((name) => !schema.fields.some((field) => field.name === name))
  if (missing.length > 0)
    throw new HeadgateError(
      'forbidden',
      `Your grant names columns that the table does not have: ${missing.join(', ')}. Ask an administrator to correct it.`,
    )
  return schema.fields
    .filter(({ name }) => !columns.includes(name))
    .map(({ id, required }) => ({
      // A required column cannot be null, so its values are replaced by a default value.
      action: required ? 'mask-to-default' : 'replace-with-null',
      'field-id': id,
    }))
}
