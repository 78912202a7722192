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
  /** Defaults and overrides of the server, and the client's own in between, without what a server has no say in. */
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

/** Had by servers that list nothing, but say `view-endpoints-supported`, as before there were lists. */
const VIEWS: readonly OperationId[] = [
  'listViews',
  'createView',
  'loadView',
  'replaceView',
  'dropView',
  'renameView',
]

/**
 * Reads the answer of `getConfig`, with the client's own properties in between: they win over the server's defaults, and
 * its overrides win over them. What a server may not set is left out (`filterServerConfig` of `@headgate/auth`), of the
 * client's own too, so that the result holds no secret.
 *
 * @returns also `refused`, the names of what the server may not set
 */
export function decodeCatalogConfig(
  value: Json,
  own: Properties = {},
): CatalogConfig & { readonly refused: readonly string[] } {
  const body = decodeObject(value)
  const defaults = filterServerConfig(optional(body, 'defaults', decodeProperties) ?? {})
  const overrides = filterServerConfig(optional(body, 'overrides', decodeProperties) ?? {})
  const properties = { ...defaults.config, ...settable(own), ...overrides.config }
  const lifetime = optional(body, 'idempotency-key-lifetime', decodeString)
  return {
    prefix: prefixOf(properties['prefix']),
    namespaceSeparator: separatorOf(properties['namespace-separator']),
    endpoints: new Set(optional(body, 'endpoints', decodeStrings) ?? assumedEndpoints(properties)),
    idempotencyKeyLifetimeMs: lifetime === undefined ? null : durationMs(lifetime),
    properties,
    refused: [...new Set([...defaults.refused, ...overrides.refused])],
  }
}

function settable(own: Properties): StringMap {
  const entries = Object.entries(own).flatMap(([name, value]) =>
    value === undefined || typeof value === 'object' || !isServerSettable(name)
      ? []
      : [[name, String(value)] as const],
  )
  return Object.fromEntries(entries)
}

function assumedEndpoints(properties: StringMap): readonly string[] {
  const views = properties['view-endpoints-supported'] === 'true' ? VIEWS : []
  return [...BASE, ...views].map((id) => operation(id).endpoint)
}

function separatorOf(separator: string | undefined): string {
  if (/[/?#\\\s]/.test(separator ?? ''))
    throw invalidField(`namespace-separator ${JSON.stringify(separator)} cannot be part of a path segment`)
  return separator || '%1F'
}

function prefixOf(prefix: string | undefined): string | null {
  const bare = prefix?.replace(/^\/+|\/+$/g, '') ?? ''
  if (/[?#\\\s]|(?:^|\/)(?:\.|%2e){1,2}(?:\/|$)/i.test(bare))
    throw invalidField(`prefix ${JSON.stringify(bare)} cannot be part of a path`)
  return bare === '' ? null : bare
}
