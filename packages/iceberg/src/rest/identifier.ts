import type { Json } from '@headgate/json'
import { decodeAt, decodeObject, decodeText, decodeTexts, required, type Decoder } from '../fields.ts'
import { checkName, checkNamespace, defaultNameLimits, type NameLimits, type Namespace } from './names.ts'

/** Namespace and name of a table or view (Iceberg REST specification, `TableIdentifier`). */
export interface TableIdentifier {
  readonly namespace: Namespace
  readonly name: string
}

/**
 * Decodes a namespace in a request body: an array of its levels.
 *
 * @param at path of the value, for messages
 */
export function decodeNamespace(value: Json, at = '', limits: NameLimits = defaultNameLimits): Namespace {
  return decodeAt(at, value, namespaceDecoder(limits))
}

/**
 * Decodes a table or view identifier in a request body: `{"namespace": [...], "name": "..."}`.
 *
 * @param at path of the value, for messages
 */
export function decodeTableIdentifier(
  value: Json,
  at = '',
  limits: NameLimits = defaultNameLimits,
): TableIdentifier {
  return decodeAt(at, value, identifierDecoder(limits))
}

/** Returns a decoder for table identifiers within these limits. */
export function identifierDecoder(limits: NameLimits): Decoder<TableIdentifier> {
  return (value) => {
    const object = decodeObject(value)
    return {
      namespace: required(object, 'namespace', namespaceDecoder(limits)),
      name: required(object, 'name', nameDecoder(limits)),
    }
  }
}

/** Returns a decoder for namespaces within these limits. */
export function namespaceDecoder(limits: NameLimits): Decoder<Namespace> {
  return (value) => checkNamespace(decodeTexts(value), limits)
}

/** Returns a decoder for names of tables and views within these limits. */
export function nameDecoder(limits: NameLimits): Decoder<string> {
  return (value) => checkName(decodeText(value), 'name', limits)
}

/** Formats a namespace for messages: `accounting.tax`. The result cannot be parsed if a name contains a dot. */
export const formatNamespace = (namespace: Namespace): string => namespace.join('.')

/** Formats an identifier for messages: `accounting.tax.paid`. The result cannot be parsed if a name contains a dot. */
export function formatIdentifier({ namespace, name }: TableIdentifier): string {
  return formatNamespace([...namespace, name])
}

/** Returns whether two identifiers of tables or views are equal. */
export function sameIdentifier(a: TableIdentifier, b: TableIdentifier): boolean {
  return (
    a.name === b.name &&
    a.namespace.length === b.namespace.length &&
    a.namespace.every((level, index) => level === b.namespace[index])
  )
}
