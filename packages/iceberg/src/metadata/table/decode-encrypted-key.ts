import type { Json } from '@headgate/json'
import { within } from '../../field-error.ts'
import {
  decodeObject,
  decodeString,
  decodeStringMap,
  optional,
  required,
  unfit,
  withoutNulls,
} from '../../fields.ts'
import type { EncryptedKey } from '../types.ts'

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/

/** @throws {HeadgateError} bad-request */
export function decodeEncryptedKey(value: Json | undefined): EncryptedKey {
  const object = decodeObject(value)
  required(object, 'key-id', decodeString)
  if (!BASE64.test(required(object, 'encrypted-key-metadata', decodeString)))
    throw within('encrypted-key-metadata', unfit('not base64'))
  optional(object, 'encrypted-by-id', decodeString)
  optional(object, 'properties', decodeStringMap)
  return withoutNulls(object, ['encrypted-by-id', 'properties']) as EncryptedKey
}
