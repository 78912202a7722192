import type { Json } from '@headgate/json'
import { decodeArray, decodeObject, decodeStrings, optional, required, type StringMap } from '../fields.ts'
import type { Namespace } from '../rest/names.ts'
import { call, decodeResponse, supports } from './call.ts'
import { decodeProperties } from './decode-properties.ts'
import { resolveExistence } from './existence.ts'
import { listPages, type ListOptions, type Pages } from './pages.ts'
import { encodeNamespace } from './path.ts'
import type { CallOptions, Session } from './session.ts'

export interface ListNamespacesOptions extends ListOptions {
  /** Parent of the listed namespaces. Default: the root, whose children are the namespaces with one level. */
  readonly parent?: Namespace | undefined
}

export interface PropertyChanges {
  readonly updates?: StringMap
  /** Names of properties to remove. They must not be in `updates`. */
  readonly removals?: readonly string[]
}

export interface ChangedProperties {
  readonly updated: readonly string[]
  readonly removed: readonly string[]
  /** Names in `removals` that the namespace did not have. */
  readonly missing: readonly string[]
}

export interface NamespaceOperations {
  /**
   * Lists the direct children of a namespace, or the namespaces with one level. Fetches each page when the iteration
   * reaches it.
   */
  listNamespaces(options?: ListNamespacesOptions): Pages<Namespace>
  /** Creates a namespace. Returns the properties of the namespace, including properties that the server added. */
  createNamespace(namespace: Namespace, properties?: StringMap, options?: CallOptions): Promise<StringMap>
  /** Returns the properties of a namespace. */
  loadNamespace(namespace: Namespace, options?: CallOptions): Promise<StringMap>
  namespaceExists(namespace: Namespace, options?: CallOptions): Promise<boolean>
  updateNamespaceProperties(
    namespace: Namespace,
    changes: PropertyChanges,
    options?: CallOptions,
  ): Promise<ChangedProperties>
  /** Drops a namespace, which must be empty. */
  dropNamespace(namespace: Namespace, options?: CallOptions): Promise<void>
}

export const namespaceOperations = (session: Session): NamespaceOperations => ({
  listNamespaces({ parent, ...options } = {}) {
    const { namespaceSeparator } = session.config
    return listPages(
      session,
      'listNamespaces',
      {
        member: 'namespaces',
        decode: (list) => decodeArray(list, decodeStrings),
        rawQuery: { parent: parent && encodeNamespace(parent, namespaceSeparator) },
      },
      options,
    )
  },

  async createNamespace(namespace, properties = {}, options = {}) {
    const { json } = await call(session, 'createNamespace', { ...options, body: { namespace, properties } })
    return decodeResponse('createNamespace', json, decodeNamespaceProperties)
  },

  async loadNamespace(namespace, options = {}) {
    const { json } = await call(session, 'loadNamespaceMetadata', { ...options, namespace })
    return decodeResponse('loadNamespaceMetadata', json, decodeNamespaceProperties)
  },

  async namespaceExists(namespace, options = {}) {
    const id = supports(session, 'namespaceExists') ? 'namespaceExists' : 'loadNamespaceMetadata'
    return await resolveExistence(call(session, id, { ...options, namespace }))
  },

  async updateNamespaceProperties(namespace, { updates = {}, removals = [] }, options = {}) {
    const body = { updates, removals }
    const { json } = await call(session, 'updateProperties', { ...options, namespace, body })
    return decodeResponse('updateProperties', json, (value) => {
      const changed = decodeObject(value)
      return {
        updated: required(changed, 'updated', decodeStrings),
        removed: required(changed, 'removed', decodeStrings),
        missing: optional(changed, 'missing', decodeStrings) ?? [],
      }
    })
  },

  async dropNamespace(namespace, options = {}) {
    await call(session, 'dropNamespace', { ...options, namespace })
  },
})

const decodeNamespaceProperties = (value: Json): StringMap =>
  optional(decodeObject(value), 'properties', decodeProperties) ?? {}
