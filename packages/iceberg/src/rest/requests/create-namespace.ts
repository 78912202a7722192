import type { Json } from '@headgate/json'
import { decodeObject, decodeStringMap, optional, required, type StringMap } from '../../view/fields.ts'
import { decodeNamespace } from '../identifier.ts'
import { defaultNameLimits, type NameLimits, type Namespace } from '../names.ts'

/** Body of `createNamespace`. */
export interface CreateNamespaceRequest {
  readonly namespace: Namespace
  readonly properties: StringMap
}

export function decodeCreateNamespaceRequest(
  value: Json,
  limits: NameLimits = defaultNameLimits,
): CreateNamespaceRequest {
  const body = decodeObject(value, '')
  return {
    namespace: required(body, 'namespace', '', (levels, at) => decodeNamespace(levels, at, limits)),
    properties: optional(body, 'properties', '', decodeStringMap) ?? {},
  }
}
