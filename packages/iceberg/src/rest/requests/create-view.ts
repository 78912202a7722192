import type { Json } from '@headgate/json'
import type { Schema } from '../../metadata/schema/types.ts'
import { decodeViewVersion } from '../../view/decode-view-version.ts'
import {
  decodeNonEmptyText,
  decodeObject,
  decodeTextMap,
  optional,
  required,
  type StringMap,
} from '../../fields.ts'
import { decodeNewSchema } from '../../metadata/schema/decode-new-schema.ts'
import type { ViewVersion } from '../../view/view-metadata.ts'
import { nameDecoder } from '../identifier.ts'
import { defaultNameLimits, type NameLimits } from '../names.ts'

/** Body of `createView`. */
export interface CreateViewRequest {
  readonly name: string
  /** Location of the view, or undefined if the catalog chooses it. */
  readonly location: string | undefined
  readonly schema: Schema
  /** First version of the view. The server replaces its ids and its time. */
  readonly viewVersion: ViewVersion
  readonly properties: StringMap
}

/**
 * Decodes the body of `createView`.
 *
 * @throws {HeadgateError} `bad-request` with the path of the wrong member
 */
export function decodeCreateViewRequest(
  value: Json,
  limits: NameLimits = defaultNameLimits,
): CreateViewRequest {
  const body = decodeObject(value)
  return {
    name: required(body, 'name', nameDecoder(limits)),
    location: optional(body, 'location', decodeNonEmptyText),
    schema: required(body, 'schema', decodeNewSchema),
    viewVersion: required(body, 'view-version', decodeViewVersion),
    properties: optional(body, 'properties', decodeTextMap) ?? {},
  }
}
