import type { Json, JsonObject } from '@headgate/json'
import { decodeViewVersion } from './decode-view-version.ts'
import { prependPath } from '../field-error.ts'
import {
  decodeAt,
  decodeInt32,
  decodeNonEmptyText,
  decodeObject,
  decodeText,
  decodeTextMap,
  decodeTexts,
  required,
  invalidField,
} from '../fields.ts'
import { decodeNewSchema } from '../metadata/schema/decode-new-schema.ts'
import { decodeUuid } from './uuid.ts'
import type { ViewRequirement, ViewUpdate } from './view-update.ts'

/**
 * Returns the name under which this object contains a member: the current name, or the earlier name that older
 * clients send.
 */
function renamed(object: JsonObject, name: string, earlier: string): string {
  return object[name] === undefined && object[earlier] !== undefined ? earlier : name
}

/**
 * Decodes an update of a view.
 *
 * @param at path of the value, for messages
 * @throws {HeadgateError} `bad-request`, also for an unknown action and for actions of tables
 */
export function decodeViewUpdate(value: Json, at = ''): ViewUpdate {
  return decodeAt(at, value, readUpdate)
}

function readUpdate(value: Json): ViewUpdate {
  const object = decodeObject(value)
  const action = required(object, 'action', decodeText).toLowerCase()
  switch (action) {
    case 'assign-uuid':
      return { action, uuid: required(object, 'uuid', decodeUuid) }
    case 'upgrade-format-version':
      return { action, 'format-version': required(object, 'format-version', decodeInt32) }
    case 'add-schema':
      return { action, schema: required(object, 'schema', decodeNewSchema) }
    case 'set-location':
      return { action, location: required(object, 'location', decodeNonEmptyText) }
    case 'set-properties':
      return { action, updates: required(object, renamed(object, 'updates', 'updated'), decodeTextMap) }
    case 'remove-properties':
      return { action, removals: required(object, renamed(object, 'removals', 'removed'), decodeTexts) }
    case 'add-view-version':
      return { action, 'view-version': required(object, 'view-version', decodeViewVersion) }
    case 'set-current-view-version':
      return { action, 'view-version-id': required(object, 'view-version-id', decodeInt32) }
    default:
      throw prependPath('action', invalidField(`unknown view update ${JSON.stringify(action)}`))
  }
}

/**
 * Decodes a requirement of a view. The only type of requirement is `assert-view-uuid`.
 *
 * @throws {HeadgateError} `bad-request`, also for an unknown type and for requirements of tables
 */
export function decodeViewRequirement(value: Json, at = ''): ViewRequirement {
  return decodeAt(at, value, readRequirement)
}

function readRequirement(value: Json): ViewRequirement {
  const object = decodeObject(value)
  const type = required(object, 'type', decodeText).toLowerCase()
  if (type !== 'assert-view-uuid') {
    throw prependPath('type', invalidField(`unknown view requirement ${JSON.stringify(type)}`))
  }
  return { type, uuid: required(object, 'uuid', decodeText) }
}
