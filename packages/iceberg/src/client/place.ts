import type { Json } from '@headgate/json'
import { decodeArray, decodeObject, decodeString, decodeStrings, required } from '../fields.ts'
import type { TableIdentifier } from '../rest/identifier.ts'
import type { Namespace } from '../rest/names.ts'
import { encodeNamespace } from './path.ts'
import type { Session } from './session.ts'

/** Where a table is, in a path. */
export const placeOf = ({ namespace, name }: TableIdentifier): { namespace: Namespace; table: string } => ({
  namespace,
  table: name,
})

/** Where a view is, in a path. */
export const viewPlaceOf = ({
  namespace,
  name,
}: TableIdentifier): { namespace: Namespace; view: string } => ({
  namespace,
  view: name,
})

/** Without what a caller's object may hold beside it. */
export const bare = ({
  namespace,
  name,
}: TableIdentifier): { readonly namespace: Namespace; readonly name: string } => ({ namespace, name })

export const decodeIdentifiers = (value: Json): readonly TableIdentifier[] =>
  decodeArray(value, (item) => {
    const object = decodeObject(item)
    return {
      namespace: required(object, 'namespace', decodeStrings),
      name: required(object, 'name', decodeString),
    }
  })

/** Of loads that are made through views. */
export interface ReferencedBy {
  /** The views through which something is read, outermost first: it is read with what their owners may do. */
  readonly referencedBy?: readonly TableIdentifier[] | undefined
}

/** The query value `referenced-by`, escaped; commas in names too, because commas stand between the views. */
export function referencedByOf({ config }: Session, { referencedBy = [] }: ReferencedBy): string | undefined {
  if (referencedBy.length === 0) return undefined
  return referencedBy
    .map(({ namespace, name }) => encodeNamespace([...namespace, name], config.namespaceSeparator))
    .join(',')
}
