import type { Json } from '@headgate/json'
import { decodeAt, decodeObject, decodeText, decodeTexts, required, type Decoder } from '../fields.ts'
import { checkName, checkNamespace, defaultNameLimits, type NameLimits, type Namespace } from './names.ts'

/** A table or view, by its place and name (Iceberg REST specification, `TableIdentifier`). */
export interface TableIdentifier {
  readonly namespace: Namespace
  readonly name: string
}

/**
 * Reads a namespace from a body: an array of its levels.
 *
 * @param at where it stands, for messages
 */
export function decodeNamespace(value: Json, at = '', limits: NameLimits = defaultNameLimits): Namespace {
  return decodeAt(at, value, namespaceDecoder(limits))
}

/**
 * Reads `{"namespace": [...], "name": "..."}`.
 *
 * @param at where it stands, for messages
 */
export function decodeTableIdentifier(
  value: Json,
  at = '',
  limits: NameLimits = defaultNameLimits,
): TableIdentifier {
  return decodeAt(at, value, identifierDecoder(limits))
}

export function identifierDecoder(limits: NameLimits): Decoder<TableIdentifier> {
  return (value) => {
    const object = decodeObject(value)
    return {
      namespace: required(object, 'namespace', namespaceDecoder(limits)),
      name: required(object, 'name', nameDecoder(limits)),
    }
  }
}

export function namespaceDecoder(limits: NameLimits): Decoder<Namespace> {
  return (value) => checkNamespace(decodeTexts(value), limits)
}

/** Reads the name of a relation. */
export function nameDecoder(limits: NameLimits): Decoder<string> {
  return (value) => checkName(decodeText(value), 'name', limits)
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
