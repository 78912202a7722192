import type { Json } from '@headgate/json'
import { decodeArray, decodeObject, decodeString, decodeStrings, required } from '../fields.ts'
import type { TableIdentifier } from '../rest/identifier.ts'
import type { Namespace } from '../rest/names.ts'
import { encodeNamespace } from './path.ts'
import type { Session } from './session.ts'

/** Converts a table identifier to the path parameters of an operation. */
export const toTableParams = ({
  namespace,
  name,
}: TableIdentifier): { namespace: Namespace; table: string } => ({
  namespace,
  table: name,
})

/** Converts a view identifier to the path parameters of an operation. */
export const toViewParams = ({
  namespace,
  name,
}: TableIdentifier): { namespace: Namespace; view: string } => ({
  namespace,
  view: name,
})

/**
 * Returns a copy of an identifier with only its namespace and name. The object of the caller may have further
 * members, which must not be sent.
 */
export const toIdentifier = ({
  namespace,
  name,
}: TableIdentifier): { readonly namespace: Namespace; readonly name: string } => ({ namespace, name })

/** Decodes a list of table or view identifiers. */
export const decodeIdentifiers = (value: Json): readonly TableIdentifier[] =>
  decodeArray(value, (item) => {
    const object = decodeObject(item)
    return {
      namespace: required(object, 'namespace', decodeStrings),
      name: required(object, 'name', decodeString),
    }
  })

/** Option for loading a table or view that a query reads through views. */
export interface ReferencedBy {
  /** Views through which the object is read, outermost first. The server uses the privileges of their owners. */
  readonly referencedBy?: readonly TableIdentifier[] | undefined
}

/** Encodes the query value `referenced-by`. Commas in names are escaped, because a comma separates views. */
export function encodeReferencedBy(
  { config }: Session,
  { referencedBy = [] }: ReferencedBy,
): string | undefined {
  if (referencedBy.length === 0) return undefined
  return referencedBy
    .map(({ namespace, name }) => encodeNamespace([...namespace, name], config.namespaceSeparator))
    .join(',')
}
