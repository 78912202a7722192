import type { Json } from '@headgate/json'
import { prependPath } from '../../field-error.ts'
import {
  decodeObject,
  decodeString,
  decodeStringMap,
  optional,
  required,
  invalidField,
  withoutNulls,
} from '../../fields.ts'
import type { EncryptedKey } from '../types.ts'

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/

/**
 * Decodes an encryption key.
 *
 * @throws {HeadgateError} `bad-request`
 */
export function decodeEncryptedKey(value: Json | undefined): EncryptedKey {
  const object = decodeObject(value)
  required(object, 'key-id', decodeString)
  if (!BASE64.test(required(object, 'encrypted-key-metadata', decodeString)))
    throw prependPath('encrypted-key-metadata', invalidField('not base64'))
  optional(object, 'encrypted-by-id', decodeString)
  optional(object, 'properties', decodeStringMap)
  return withoutNulls(object, ['encrypted-by-id', 'properties']) as EncryptedKey
}
