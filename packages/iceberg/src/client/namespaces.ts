import type { Json } from '@headgate/json'
import {
  decodeArray,
  decodeObject,
  decodeString,
  decodeStrings,
  optional,
  required,
  type StringMap,
} from '../fields.ts'
import type { Namespace } from '../rest/names.ts'
import { decodeProperties } from './decode-properties.ts'
import { isRestError } from './http/rest-error.ts'
import { everyPage, type ListPage } from './pages.ts'
import { encodeNamespace } from './path.ts'
import { call, readAs, supports, type CallOptions, type Session } from './session.ts'

export interface ListOptions extends CallOptions {
  /** Names in one answer, at most; the server may send fewer. */
  readonly pageSize?: number | undefined
}

export interface ListNamespacesOptions extends ListOptions {
  /** Whose children are listed; without it, the outermost level. */
  readonly parent?: Namespace | undefined
}

export function listNamespaces(
  session: Session,
  { parent, pageSize = session.pageSize, signal }: ListNamespacesOptions = {},
): AsyncGenerator<Namespace, void, undefined> {
  const { namespaceSeparator } = session.config
  return everyPage('listNamespaces', async (token): Promise<ListPage<Namespace>> => {
    const query = {
      pageToken: encodeURIComponent(token),
      pageSize: pageSize?.toString(),
      parent: parent === undefined ? undefined : encodeNamespace(parent, namespaceSeparator),
    }
    const { json } = await call(session, 'listNamespaces', { query, signal })
    return readAs('listNamespaces', json, (value) => {
      const body = decodeObject(value)
      return {
        items: required(body, 'namespaces', (list) => decodeArray(list, decodeStrings)),
        next: optional(body, 'next-page-token', decodeString) || null,
      }
    })
  })
}

export async function createNamespace(
  session: Session,
  namespace: Namespace,
  properties: StringMap = {},
  { signal }: CallOptions = {},
): Promise<StringMap> {
  const { json } = await call(session, 'createNamespace', { body: { namespace, properties }, signal })
  return readAs('createNamespace', json, namespaceProperties)
}

export async function loadNamespace(
  session: Session,
  namespace: Namespace,
  { signal }: CallOptions = {},
): Promise<StringMap> {
  const { json } = await call(session, 'loadNamespaceMetadata', { namespace, signal })
  return readAs('loadNamespaceMetadata', json, namespaceProperties)
}

export function namespaceExists(
  session: Session,
  namespace: Namespace,
  { signal }: CallOptions = {},
): Promise<boolean> {
  const id = supports(session, 'namespaceExists') ? 'namespaceExists' : 'loadNamespaceMetadata'
  return existence(call(session, id, { namespace, signal }))
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

export async function updateNamespaceProperties(
  session: Session,
  namespace: Namespace,
  { updates = {}, removals = [] }: PropertyChanges,
  { signal }: CallOptions = {},
): Promise<ChangedProperties> {
  const { json } = await call(session, 'updateProperties', { namespace, body: { updates, removals }, signal })
  return readAs('updateProperties', json, (value) => {
    const body = decodeObject(value)
    return {
      updated: required(body, 'updated', decodeStrings),
      removed: required(body, 'removed', decodeStrings),
      missing: optional(body, 'missing', decodeStrings) ?? [],
    }
  })
}

export async function dropNamespace(
  session: Session,
  namespace: Namespace,
  { signal }: CallOptions = {},
): Promise<void> {
  await call(session, 'dropNamespace', { namespace, signal })
}

/** Whether what was asked for is there: a 404 says no, and anything else that is wrong is an error. */
export async function existence(answer: Promise<unknown>): Promise<boolean> {
  try {
    await answer
    return true
  } catch (error) {
    if (isRestError(error) && error.status === 404) return false
    throw error
  }
}

const namespaceProperties = (value: Json): StringMap =>
  optional(decodeObject(value), 'properties', decodeProperties) ?? {}
