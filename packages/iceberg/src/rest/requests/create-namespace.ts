import type { Json } from '@headgate/json'
import { decodeObject, decodeTextMap, optional, required, type StringMap } from '../../fields.ts'
import { namespaceDecoder } from '../identifier.ts'
import { defaultNameLimits, type NameLimits, type Namespace } from '../names.ts'

/** Body of `createNamespace`. */
export interface CreateNamespaceRequest {
  readonly namespace: Namespace
  readonly properties: StringMap
}

/**
 * Decodes the body of `createNamespace`.
 *
 * @throws {HeadgateError} `bad-request` with the path of the wrong member
 */
export function decodeCreateNamespaceRequest(
  value: Json,
  limits: NameLimits = defaultNameLimits,
): CreateNamespaceRequest {
  const body = decodeObject(value)
  return {
    namespace: required(body, 'namespace', namespaceDecoder(limits)),
    properties: optional(body, 'properties', decodeTextMap) ?? {},
  }
}
