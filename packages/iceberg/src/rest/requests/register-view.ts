import type { Json } from '@headgate/json'
import { decodeNonEmptyText, decodeObject, required } from '../../fields.ts'
import { nameDecoder } from '../identifier.ts'
import { defaultNameLimits, type NameLimits } from '../names.ts'

/** Body of `registerView`. */
export interface RegisterViewRequest {
  readonly name: string
  readonly metadataLocation: string
}

/**
 * Decodes the body of `registerView`.
 *
 * @throws {HeadgateError} `bad-request` with the path of the wrong member
 */
export function decodeRegisterViewRequest(
  value: Json,
  limits: NameLimits = defaultNameLimits,
): RegisterViewRequest {
  const body = decodeObject(value)
  return {
    name: required(body, 'name', nameDecoder(limits)),
    metadataLocation: required(body, 'metadata-location', decodeNonEmptyText),
  }
}
