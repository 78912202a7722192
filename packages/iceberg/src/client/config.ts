import type { Json } from '@headgate/json'
import { decodeObject, decodeStrings, decodeString, optional, unfit, type StringMap } from '../fields.ts'
import { operation, type OperationId } from '../rest/operations.ts'
import { decodeProperties } from './decode-properties.ts'
import { durationMs } from './duration.ts'

/** What a server says about itself and a warehouse (Iceberg REST specification, `getConfig`). */
export interface CatalogConfig {
  /** What stands between `/v1` and the rest of a path, as it is sent; null: nothing. */
  readonly prefix: string | null
  /** What stands between the levels of a namespace in URLs, as it is sent. */
  readonly namespaceSeparator: string
  /** What the server answers, as `GET /v1/{prefix}/namespaces`. */
  readonly endpoints: ReadonlySet<string>
  /** How long the server remembers an `Idempotency-Key`; null: not at all. */
  readonly idempotencyKeyLifetimeMs: number | null
  /** Defaults and overrides of the server, without those that a server has no say in: see `decodeCatalogConfig`. */
  readonly properties: StringMap
}

/** What a server that does not list its endpoints is taken to have, by the specification. */
const BASE: readonly OperationId[] = [
  'listNamespaces',
  'createNamespace',
  'loadNamespaceMetadata',
  'dropNamespace',
  'updateProperties',
  'listTables',
  'createTable',
  'loadTable',
  'updateTable',
  'dropTable',
  'registerTable',
  'reportMetrics',
  'renameTable',
  'commitTransaction',
]

/** Where requests go and who sends them is the caller's to say. A server that could change it could take the caller's secrets. */
const CALLERS_OWN = new RegExp(
  `^(?:${[
    'uri|warehouse-uri|token(?:-.*)?|credential|scope|audience|resource|oauth2-.*',
    'headers?\\..*|(?:rest\\.)?auth\\..*|gcp\\.auth\\..*|.*proxy.*',
    'rest\\.sig.*|(?:rest|client)\\.(?:access-key-id|secret-access-key|session-token)',
    'client\\.(?:credentials-provider|assume-role)(?:\\..*)?',
  ].join('|')})$`,
  'i',
)

/** Reads the answer of `getConfig`. Properties that name an endpoint, authentication, a proxy or headers are left out. */
export function decodeCatalogConfig(value: Json): CatalogConfig {
  const body = decodeObject(value)
  const properties = Object.fromEntries(
    Object.entries({
      ...optional(body, 'defaults', decodeProperties),
      ...optional(body, 'overrides', decodeProperties),
    }).filter(([key]) => !CALLERS_OWN.test(key)),
  )
  const endpoints = optional(body, 'endpoints', decodeStrings) ?? BASE.map((id) => operation(id).endpoint)
  const lifetime = optional(body, 'idempotency-key-lifetime', decodeString)
  return {
    prefix: prefixOf(properties['prefix']),
    namespaceSeparator: properties['namespace-separator'] || '%1F',
    endpoints: new Set(endpoints),
    idempotencyKeyLifetimeMs: lifetime === undefined ? null : durationMs(lifetime),
    properties,
  }
}

function prefixOf(prefix: string | undefined): string | null {
  const bare = prefix?.replace(/^\/+|\/+$/g, '') ?? ''
  if (/[?#\\\s]|(?:^|\/)\.\.?(?:\/|$)/.test(bare))
    throw unfit(`prefix ${JSON.stringify(bare)} cannot be part of a path`)
  return bare === '' ? null : bare
}
