import type { GranteeText } from '../../apply/document/names.ts'
import type { Capability, ObjectKind } from './capability.ts'

/** Object of a source. The namespace of a warehouse is empty. */
export interface SourceObject {
  readonly kind: ObjectKind
  readonly namespace: readonly string[]
  /** Name of a table or view. */
  readonly name?: string
}

/** Principal of a source, with the name that it has in the document. */
export interface SourcePrincipal {
  /** Client id, or `ISSUER#SUBJECT`. */
  readonly name: string
  readonly enabled?: false
  readonly comments: readonly string[]
}

/** Role of a source, with the name that it has in the document. */
export interface SourceRole {
  readonly name: string
  readonly members: readonly GranteeText[]
  readonly comments: readonly string[]
}

/** Right of a source on an object. */
export interface SourceGrant {
  readonly on: SourceObject
  readonly to: GranteeText
  /** Names of the right at the source, for comments. */
  readonly rights: readonly string[]
  /** Names of rights that no privilege corresponds to. */
  readonly unmapped: readonly string[]
  /** Capabilities of the right, or the privileges of a Headgate server, which need no mapping. */
  readonly allows:
    { readonly capabilities: ReadonlySet<Capability> } | { readonly privileges: readonly string[] }
  readonly comments: readonly string[]
  /** Reason why the right has no effect at the source, or cannot be granted. The document contains it as a comment only. */
  readonly inactive?: string
}

/** Everything that a source states about the rights on the imported objects. */
export interface SourceGrants {
  /** Facts for the head of the document. */
  readonly facts: readonly string[]
  readonly principals: readonly SourcePrincipal[]
  readonly roles: readonly SourceRole[]
  readonly grants: readonly SourceGrant[]
}

/** Objects that an import visited: those that were imported before, are imported, or failed. */
export interface VisitedObjects {
  readonly namespaces: readonly (readonly string[])[]
  readonly relations: readonly SourceObject[]
}

/** Environment of a reader. */
export interface ReadContext {
  /** Maximum number of requests at the same time. */
  readonly parallel: number
  /** Issuer of the users of the source. Null: unknown. */
  readonly issuer: string | null
  readonly stop: AbortSignal
  readonly progress: (text: string) => void
}

/** Reader of the grants of one product. */
export interface GrantsReader {
  /** Name of the product: `Polaris`. */
  readonly product: string
  /**
   * Reads the grants on the visited objects and on the warehouse.
   *
   * @throws SourceRefusedError when the source refuses to list its grants
   */
  read(visited: VisitedObjects, context: ReadContext): Promise<SourceGrants>
}

/** Returns a text that identifies an object of a source. Tables and views of a namespace have different names. */
export function objectKey({ namespace, name }: Pick<SourceObject, 'namespace' | 'name'>): string {
  return JSON.stringify(name === undefined ? [namespace] : [namespace, name])
}
