import type { Json } from '@headgate/json'
import {
  asObject,
  invalid,
  optionalString,
  optionalStringMap,
  requiredString,
  withoutNulls,
} from '../fields.ts'
import type { EncryptedKey } from '../types.ts'

const WHERE = 'encryption key'
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/

/** @throws {HeadgateError} bad-request */
export function decodeEncryptedKey(value: Json | undefined): EncryptedKey {
  const object = asObject(value, WHERE)
  requiredString(object, 'key-id', WHERE)
  if (!BASE64.test(requiredString(object, 'encrypted-key-metadata', WHERE)))
    throw invalid('Cannot parse encryption key: encrypted-key-metadata must be base64')
  optionalString(object, 'encrypted-by-id', WHERE)
  optionalStringMap(object, 'properties', WHERE)
  return withoutNulls(object, ['encrypted-by-id', 'properties']) as EncryptedKey
}
