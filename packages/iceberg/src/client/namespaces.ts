import type { Json } from '@headgate/json'
import { decodeArray, decodeObject, decodeStrings, optional, required, type StringMap } from '../fields.ts'
import type { Namespace } from '../rest/names.ts'
import { call, readAs, supports } from './call.ts'
import { decodeProperties } from './decode-properties.ts'
import { existence } from './existence.ts'
import { listPages, type ListOptions, type Pages } from './pages.ts'
import { encodeNamespace } from './path.ts'
import type { CallOptions, Session } from './session.ts'

export interface ListNamespacesOptions extends ListOptions {
  /** Whose children are listed; without it, the outermost level. */
  readonly parent?: Namespace | undefined
}

export interface PropertyChanges {
  readonly updates?: StringMap
  /** Keys; none of them may be in `updates`. */
  readonly removals?: readonly string[]
}

export interface ChangedProperties {
  readonly updated: readonly string[]
  readonly removed: readonly string[]
  /** Asked to be removed, but not there. */
  readonly missing: readonly string[]
}

export interface NamespaceOperations {
  /** The children of a namespace, or the outermost level; pages are fetched as they are needed. */
  listNamespaces(options?: ListNamespacesOptions): Pages<Namespace>
  /** @returns its properties, with what the server added */
  createNamespace(namespace: Namespace, properties?: StringMap, options?: CallOptions): Promise<StringMap>
  /** @returns its properties */
  loadNamespace(namespace: Namespace, options?: CallOptions): Promise<StringMap>
  namespaceExists(namespace: Namespace, options?: CallOptions): Promise<boolean>
  updateNamespaceProperties(
    namespace: Namespace,
    changes: PropertyChanges,
    options?: CallOptions,
  ): Promise<ChangedProperties>
  /** Only an empty namespace can be dropped. */
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
    return readAs('createNamespace', json, namespaceProperties)
  },

  async loadNamespace(namespace, options = {}) {
    const { json } = await call(session, 'loadNamespaceMetadata', { ...options, namespace })
    return readAs('loadNamespaceMetadata', json, namespaceProperties)
  },

  async namespaceExists(namespace, options = {}) {
    const id = supports(session, 'namespaceExists') ? 'namespaceExists' : 'loadNamespaceMetadata'
    return await existence(call(session, id, { ...options, namespace }))
  },

  async updateNamespaceProperties(namespace, { updates = {}, removals = [] }, options = {}) {
    const body = { updates, removals }
    const { json } = await call(session, 'updateProperties', { ...options, namespace, body })
    return readAs('updateProperties', json, (value) => {
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

const namespaceProperties = (value: Json): StringMap =>
  optional(decodeObject(value), 'properties', decodeProperties) ?? {}
