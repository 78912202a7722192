import type { JsonObject } from '@headgate/json'
import { encodeSchema } from '../../metadata/schema/encode-schema.ts'
import { schemaIndex } from '../../metadata/schema/schema-index.ts'
import type { TableUpdate } from '../../metadata/update/types.ts'

/**
 * Encodes an update. The JSON sent to the server differs from the update only in some actions: it nests fewer objects
 * or contains deprecated members.
 *
 * @param lastColumnId last column id of the table, 0 if it is unknown
 */
export function encodeTableUpdate(update: TableUpdate, lastColumnId: number): JsonObject {
  switch (update.action) {
    case 'add-schema':
      return {
        ...update,
        schema: encodeSchema(update.schema),
        // The member `last-column-id` is deprecated, but older servers require it, and refuse a value that is lower
        // than the last column id of the table.
        'last-column-id': Math.max(lastColumnId, schemaIndex(update.schema).highestId),
      }
    case 'set-snapshot-ref':
      return { action: update.action, 'ref-name': update['ref-name'], ...update.ref }
    case 'set-statistics':
      // The member `snapshot-id` is deprecated, but older servers read the snapshot id from it.
      return { ...update, 'snapshot-id': update.statistics['snapshot-id'] }
    default:
      return { ...update }
  }
}
