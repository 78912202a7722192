import type { Json } from '@headgate/json'
import { decodeNonEmptyString, decodeObject, required } from '../../view/fields.ts'
import { decodeName } from '../identifier.ts'
import { defaultNameLimits, type NameLimits } from '../names.ts'

/** Body of `registerView`. */
export interface RegisterViewRequest {
  readonly name: string
  readonly metadataLocation: string
}

export function decodeRegisterViewRequest(
  value: Json,
  limits: NameLimits = defaultNameLimits,
): RegisterViewRequest {
  const body = decodeObject(value, '')
  return {
    name: required(body, 'name', '', decodeName(limits)),
    metadataLocation: required(body, 'metadata-location', '', decodeNonEmptyString),
  }
}
