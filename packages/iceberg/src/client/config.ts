import { filterServerConfig, isServerSettable, type Properties } from '@headgate/auth'
import type { Json } from '@headgate/json'
import {
  decodeObject,
  decodeStrings,
  decodeString,
  optional,
  invalidField,
  type StringMap,
} from '../fields.ts'
import { operation, type OperationId } from '../rest/operations.ts'
import { decodeProperties } from './decode-properties.ts'
import { durationMs } from './duration.ts'

/** Configuration of a server and a warehouse (Iceberg REST specification, `getConfig`). */
export interface CatalogConfig {
  /** Path segments between `/v1` and the rest of a path, percent-encoded. Null: paths have no prefix. */
  readonly prefix: string | null
  /** Separator between the levels of a namespace in URLs, percent-encoded. */
  readonly namespaceSeparator: string
  /** Operations of the server, each in the form `GET /v1/{prefix}/namespaces`. */
  readonly endpoints: ReadonlySet<string>
  /** Time for which the server stores an `Idempotency-Key`, in ms. Null: the server does not support the header. */
  readonly idempotencyKeyLifetimeMs: number | null
  /**
   * Merged properties: overrides of the server take precedence over properties of the client, and these over defaults
   * of the server. Contains no secrets.
   */
  readonly properties: StringMap
}

/** Operations that a server supports by default if it does not list its endpoints (Iceberg REST specification). */
const DEFAULT_OPERATIONS: readonly OperationId[] = [
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

/**
 * Operations of a server that lists no endpoints but sets `view-endpoints-supported`, an older property of the
 * protocol.
 */
const VIEW_OPERATIONS: readonly OperationId[] = [
  'listViews',
  'createView',
  'loadView',
  'replaceView',
  'dropView',
  'renameView',
]

/**
 * Decodes the response of `getConfig` and merges the properties of the client: they win over the defaults of the
 * server, and the overrides of the server win over them. Properties that a server must not set (`filterServerConfig` of
 * `@headgate/auth`) are omitted, even if the client set them, so that the result contains no secret.
 *
 * @returns the configuration, and in `refused` the names of the properties that the server must not set
 */
export function decodeCatalogConfig(
  value: Json,
  clientProperties: Properties = {},
): CatalogConfig & { readonly refused: readonly string[] } {
  const body = decodeObject(value)
  const defaults = filterServerConfig(optional(body, 'defaults', decodeProperties) ?? {})
  const overrides = filterServerConfig(optional(body, 'overrides', decodeProperties) ?? {})
  const properties = { ...defaults.config, ...filterClientProperties(clientProperties), ...overrides.config }
  const lifetime = optional(body, 'idempotency-key-lifetime', decodeString)
  return {
    prefix: parsePrefix(properties['prefix']),
    namespaceSeparator: parseSeparator(properties['namespace-separator']),
    endpoints: new Set(optional(body, 'endpoints', decodeStrings) ?? assumedEndpoints(properties)),
    idempotencyKeyLifetimeMs: lifetime === undefined ? null : durationMs(lifetime),
    properties,
    refused: [...new Set([...defaults.refused, ...overrides.refused])],
  }
}

function filterClientProperties(properties: Properties): StringMap {
  const entries = Object.entries(properties).flatMap(([name, value]) =>
    value === undefined || typeof value === 'object' || !isServerSettable(name)
      ? []
      : [[name, String(value)] as const],
  )
  return Object.fromEntries(entries)
}

function assumedEndpoints(properties: StringMap): readonly string[] {
  const views = properties['view-endpoints-supported'] === 'true' ? VIEW_OPERATIONS : []
  return [...DEFAULT_OPERATIONS, ...views].map((id) => operation(id).endpoint)
}

function parseSeparator(separator: string | undefined): string {
  if (/[/?#\\\s]/.test(separator ?? ''))
    throw invalidField(`namespace-separator ${JSON.stringify(separator)} cannot be part of a path segment`)
  return separator || '%1F'
}

function parsePrefix(prefix: string | undefined): string | null {
  const trimmed = prefix?.replace(/^\/+|\/+$/g, '') ?? ''
  if (/[?#\\\s]|(?:^|\/)(?:\.|%2e){1,2}(?:\/|$)/i.test(trimmed))
    throw invalidField(`prefix ${JSON.stringify(trimmed)} cannot be part of a path`)
  return trimmed === '' ? null : trimmed
}
