import type { Json } from '@headgate/json'
import { decodeArray, decodeObject, decodeString, required, type Decoder } from '../view/fields.ts'
import { checkName, checkNamespace, defaultNameLimits, type NameLimits, type Namespace } from './names.ts'

/** A table or view, by its place and name (Iceberg REST specification, `TableIdentifier`). */
export interface TableIdentifier {
  readonly namespace: Namespace
  readonly name: string
}

/** Reads a namespace from a body: an array of its levels. */
export function decodeNamespace(value: Json, at: string, limits: NameLimits = defaultNameLimits): Namespace {
  return checkNamespace(decodeArray(value, at, decodeString), limits)
}

/** Reads the name of a relation. */
export function decodeName(limits: NameLimits = defaultNameLimits): Decoder<string> {
  return (value, at) => checkName(decodeString(value, at), at, limits)
}

/** Reads `{"namespace": [...], "name": "..."}`. */
export function decodeTableIdentifier(
  value: Json,
  at: string,
  limits: NameLimits = defaultNameLimits,
): TableIdentifier {
  const object = decodeObject(value, at)
  return {
    namespace: required(object, 'namespace', at, (levels, at) => decodeNamespace(levels, at, limits)),
    name: required(object, 'name', at, decodeName(limits)),
  }
}

/** A namespace as messages show it: `accounting.tax`. Not reversible, for people only. */
export const formatNamespace = (namespace: Namespace): string => namespace.join('.')

/** A table or view as messages show it: `accounting.tax.paid`. Not reversible, for people only. */
export function formatIdentifier({ namespace, name }: TableIdentifier): string {
  return formatNamespace([...namespace, name])
}

/** Whether two identifiers name the same object. */
export function sameIdentifier(a: TableIdentifier, b: TableIdentifier): boolean {
  return (
    a.name === b.name &&
    a.namespace.length === b.namespace.length &&
    a.namespace.every((level, index) => level === b.namespace[index])
  )
}
