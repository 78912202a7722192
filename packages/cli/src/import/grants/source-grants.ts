import type { GranteeText } from '../../apply/document/names.ts'
import type { Capability, ObjectKind } from './capability.ts'

/** Object of a source catalog. The namespace of a warehouse is empty. */
export interface SourceObject {
  readonly kind: ObjectKind
  readonly namespace: readonly string[]
  /** Name of the table or view. Absent for a warehouse or namespace. */
  readonly name?: string
}

/** Principal of a source catalog, with its name in the review document. */
export interface SourcePrincipal {
  /** Client id, or `ISSUER#SUBJECT` for a user of another issuer. */
  readonly name: string
  readonly enabled?: false
  readonly comments: readonly string[]
}

/** Role of a source catalog, with its name in the review document. */
export interface SourceRole {
  readonly name: string
  readonly members: readonly GranteeText[]
  readonly comments: readonly string[]
}

/** Right of a principal or role on an object of the source catalog. */
export interface SourceGrant {
  readonly on: SourceObject
  readonly to: GranteeText
  /** Names of the right in the source catalog, for comments of the review document. */
  readonly rights: readonly string[]
  /** Names of rights for which Headgate has no counterpart. */
  readonly unmapped: readonly string[]
  /**
   * Capabilities that the right includes. If the source is a Headgate server, the privileges of the grant, which need
   * no mapping.
   */
  readonly allows:
    { readonly capabilities: ReadonlySet<Capability> } | { readonly privileges: readonly string[] }
  readonly comments: readonly string[]
  /**
   * Reason why the right has no effect in the source catalog, or cannot be granted in the target. The review document
   * then contains the right only as a comment.
   */
  readonly inactive?: string
}

/** Rights of a source catalog on the imported objects, with the principals and roles that have them. */
export interface SourceGrants {
  /** Sentences for the comment at the start of the review document. */
  readonly facts: readonly string[]
  readonly principals: readonly SourcePrincipal[]
  readonly roles: readonly SourceRole[]
  readonly grants: readonly SourceGrant[]
}

/** Objects that an import has visited, whether or not their import succeeded. */
export interface VisitedObjects {
  readonly namespaces: readonly (readonly string[])[]
  readonly relations: readonly SourceObject[]
}

/** Limits and callbacks for a reader of grants. */
export interface ReadContext {
  /** Maximum number of simultaneous requests to the source catalog. */
  readonly parallel: number
  /** Identity provider (URL) of the users of the source catalog, or null if it is unknown. */
  readonly issuer: string | null
  readonly stop: AbortSignal
  readonly progress: (text: string) => void
}

/** Reader of the grants in a source catalog. Each supported product has one reader. */
export interface GrantsReader {
  /** Name of the product, such as `Polaris`. */
  readonly product: string
  /**
   * Reads the grants on the visited objects and on the warehouse of the source catalog.
   *
   * @throws SourceRefusedError when the source refuses to list its grants
   */
  read(visited: VisitedObjects, context: ReadContext): Promise<SourceGrants>
}

/**
 * Returns a key that identifies an object of a source catalog. The key contains no kind, because a table and a view of
 * one namespace cannot have the same name.
 */
export function objectKey({ namespace, name }: Pick<SourceObject, 'namespace' | 'name'>): string {
  return JSON.stringify(name === undefined ? [namespace] : [namespace, name])
}
