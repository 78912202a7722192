import type { GranteeText } from '../../apply/document/names.ts'
import type { Capability, ObjectKind } from './capability.ts'

/** Object of a source. For a warehouse, the namespace is empty. */
export interface SourceObject {
  readonly kind: ObjectKind
  readonly namespace: readonly string[]
  /** Name of the table or view. */
  readonly name?: string
}

/** Principal of a source, with its name in the document. */
export interface SourcePrincipal {
  /** Client id, or `ISSUER#SUBJECT` for a user of another issuer. */
  readonly name: string
  readonly enabled?: false
  readonly comments: readonly string[]
}

/** Role of a source, with its name in the document. */
export interface SourceRole {
  readonly name: string
  readonly members: readonly GranteeText[]
  readonly comments: readonly string[]
}

/** Right of a principal or role of a source on an object. */
export interface SourceGrant {
  readonly on: SourceObject
  readonly to: GranteeText
  /** Names of the right in the source, for comments. */
  readonly rights: readonly string[]
  /** Names of rights that have no counterpart among the privileges. */
  readonly unmapped: readonly string[]
  /** Capabilities of the right. If the source is a Headgate server, its privileges, which need no mapping. */
  readonly allows:
    { readonly capabilities: ReadonlySet<Capability> } | { readonly privileges: readonly string[] }
  readonly comments: readonly string[]
  /**
   * Reason why the right has no effect in the source, or cannot be granted. The document then contains the right only
   * as a comment.
   */
  readonly inactive?: string
}

/** All data of a source about the rights on the imported objects. */
export interface SourceGrants {
  /** Sentences for the comment at the start of the document. */
  readonly facts: readonly string[]
  readonly principals: readonly SourcePrincipal[]
  readonly roles: readonly SourceRole[]
  readonly grants: readonly SourceGrant[]
}

/** Objects that an import visited, regardless of whether it imported them, found them imported, or failed. */
export interface VisitedObjects {
  readonly namespaces: readonly (readonly string[])[]
  readonly relations: readonly SourceObject[]
}

/** Context that a reader of grants receives. */
export interface ReadContext {
  /** Maximum number of simultaneous requests. */
  readonly parallel: number
  /** Issuer of the users of the source, or null if it is unknown. */
  readonly issuer: string | null
  readonly stop: AbortSignal
  readonly progress: (text: string) => void
}

/** Reader of the grants in the catalogs of one product. */
export interface GrantsReader {
  /** Name of the product, such as `Polaris`. */
  readonly product: string
  /**
   * Reads the grants on the visited objects and on the warehouse.
   *
   * @throws SourceRefusedError when the source refuses to list its grants
   */
  read(visited: VisitedObjects, context: ReadContext): Promise<SourceGrants>
}

/**
 * Returns a key that identifies an object of a source. The key needs no kind, because a table and a view of one
 * namespace cannot have the same name.
 */
export function objectKey({ namespace, name }: Pick<SourceObject, 'namespace' | 'name'>): string {
  return JSON.stringify(name === undefined ? [namespace] : [namespace, name])
}
