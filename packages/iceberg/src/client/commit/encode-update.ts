import type { JsonObject } from '@headgate/json'
import { encodeSchema } from '../../metadata/schema/encode-schema.ts'
import { schemaIndex } from '../../metadata/schema/schema-index.ts'
import type { TableUpdate } from '../../metadata/update/types.ts'

/**
 * An update as it is sent. It is the update itself, except where the wire is flatter or names more.
 *
 * @param lastColumnId of the table, as far as that is known
 */
export function encodeTableUpdate(update: TableUpdate, lastColumnId: number): JsonObject {
  switch (update.action) {
    case 'add-schema':
      return {
        ...update,
        schema: encodeSchema(update.schema),
        // Deprecated, but older servers insist on it, and refuse one that goes back.
        'last-column-id': Math.max(lastColumnId, schemaIndex(update.schema).highestId),
      }
    case 'set-snapshot-ref':
      return { action: update.action, 'ref-name': update['ref-name'], ...update.ref }
    case 'set-statistics':
      // Deprecated, but older servers take the snapshot from here.
      return { ...update, 'snapshot-id': update.statistics['snapshot-id'] }
    default:
      return { ...update }
  }
}
