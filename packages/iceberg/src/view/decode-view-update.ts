import { HeadgateError } from '@headgate/errors'
import type { Json, JsonObject } from '@headgate/json'
import { decodeViewVersion } from './decode-view-version.ts'
import {
  decodeArray,
  decodeInt32,
  decodeNonEmptyString,
  decodeObject,
  decodeString,
  decodeStringMap,
  required,
} from './fields.ts'
import { decodeSchema } from '../metadata/schema/decode-schema.ts'
import { decodeUuid } from './uuid.ts'
import type { ViewRequirement, ViewUpdate } from './view-update.ts'

const decodeStrings = (value: Json, at: string): readonly string[] => decodeArray(value, at, decodeString)

/** The name under which a member was given: today's or, by older clients, an earlier one. */
function renamed(object: JsonObject, name: string, earlier: string): string {
  return object[name] === undefined && object[earlier] !== undefined ? earlier : name
}

/**
 * Reads one of the eight updates of a view.
 *
 * @param at where it stands, for messages
 * @throws {HeadgateError} `bad-request`; also for an action that is unknown or of tables only
 */
export function decodeViewUpdate(value: Json, at = 'view update'): ViewUpdate {
  const object = decodeObject(value, at)
  const action = required(object, 'action', at, decodeString).toLowerCase()
  switch (action) {
    case 'assign-uuid':
      return { action, uuid: required(object, 'uuid', at, decodeUuid) }
    case 'upgrade-format-version':
      return { action, 'format-version': required(object, 'format-version', at, decodeInt32) }
    case 'add-schema':
      return { action, schema: required(object, 'schema', at, decodeSchema) }
    case 'set-location':
      return { action, location: required(object, 'location', at, decodeNonEmptyString) }
    case 'set-properties':
      return { action, updates: required(object, renamed(object, 'updates', 'updated'), at, decodeStringMap) }
    case 'remove-properties':
      return { action, removals: required(object, renamed(object, 'removals', 'removed'), at, decodeStrings) }
    case 'add-view-version':
      return { action, 'view-version': required(object, 'view-version', at, decodeViewVersion) }
    case 'set-current-view-version':
      return { action, 'view-version-id': required(object, 'view-version-id', at, decodeInt32) }
    default:
      throw new HeadgateError(
        'bad-request',
        `Invalid ${at}.action: unknown view update ${JSON.stringify(action)}`,
      )
  }
}

/**
 * Reads a requirement on a view; there is one, `assert-view-uuid`.
 *
 * @throws {HeadgateError} `bad-request`; also for a type that is unknown or of tables only
 */
export function decodeViewRequirement(value: Json, at = 'view requirement'): ViewRequirement {
  const object = decodeObject(value, at)
  const type = required(object, 'type', at, decodeString).toLowerCase()
  if (type !== 'assert-view-uuid') {
    throw new HeadgateError(
      'bad-request',
      `Invalid ${at}.type: unknown view requirement ${JSON.stringify(type)}`,
    )
  }
  return { type, uuid: required(object, 'uuid', at, decodeString) }
}
