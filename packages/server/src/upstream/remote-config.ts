import type { Json } from '@headgate/json'
import { operation, type OperationId } from '@headgate/iceberg/rest'
import type { Capabilities, Dialect, DialectName } from './dialect.ts'
import { selectDialect } from './recognize-dialect.ts'
import { HeadgateError } from '@headgate/errors'

/**
 * Configuration that the upstream catalog returns to its clients, limited to the values that this server
 * uses.
 */
export interface RemoteConfig {
  /** Prefix of request paths: empty, or a text such as `main` or `catalogs/123456789012`. */
  readonly prefix: string
  /** Percent-encoded separator between namespace levels in request paths. */
  readonly separator: string
  /** Endpoints that the upstream catalog lists, as `METHOD /path`. Null when it lists none. */
  readonly endpoints: ReadonlySet<string> | null
  /** Dialect of the upstream catalog, changed by the quirks that the warehouse configures. */
  readonly dialect: Dialect
  /** Reason for the selection of the dialect, as the end of a sentence. */
  readonly dialectReason: string
  /**
   * Lifetime of idempotency keys as an ISO 8601 duration. Null when the upstream catalog does not support
   * them.
   */
  readonly keyLifetime: string | null
}

/** Settings of a warehouse that are needed to decode the configuration of its upstream catalog. */
export interface RemoteSettings {
  /** Configured dialect. Default: `auto`. */
  readonly dialect?: DialectName | undefined
  readonly quirks?: Quirks | undefined
  /** Base URL of the upstream catalog. */
  readonly uri?: string | undefined
  /** Name of the warehouse in the upstream catalog. */
  readonly remote?: string | undefined
}

/**
 * Capabilities for which a warehouse overrides the value of the dialect. Absent members keep the value of the
 * dialect.
 */
export type Quirks = { readonly [Name in keyof Capabilities]?: Capabilities[Name] | undefined }

/** Operations that the server replaces by another operation if the upstream catalog does not offer them. */
const substitutes: Partial<Readonly<Record<OperationId, OperationId>>> = {
  namespaceExists: 'loadNamespaceMetadata',
  tableExists: 'loadTable',
  viewExists: 'loadView',
}

/**
 * Decodes the body of `GET /v1/config`.
 *
 * @throws HeadgateError `bad-gateway` when the body is malformed
 */
export function decodeRemoteConfig(body: Json, settings: RemoteSettings = {}): RemoteConfig {
  const config = asObject(body)
  if (config === null) throw malformed('the configuration is not a JSON object')
  const defaults = asObject(config['defaults'] ?? null) ?? {}
  const overrides = asObject(config['overrides'] ?? null) ?? {}
  const property = (name: string): string | null => {
    const value = overrides[name] ?? defaults[name]
    return typeof value === 'string' ? value : null
  }
  const { endpoints, 'idempotency-key-lifetime': lifetime } = config
  const listed = Array.isArray(endpoints)
    ? endpoints.filter((endpoint) => typeof endpoint === 'string')
    : null
  const url = URL.parse(settings.uri ?? '')
  const { dialect, reason } = selectDialect(settings.dialect ?? 'auto', {
    host: url?.hostname ?? '',
    path: url?.pathname ?? '',
    properties: [...Object.keys(defaults), ...Object.keys(overrides)],
    endpoints: listed ?? [],
  })
  const prefix =
    property('prefix') ?? dialect.prefix.replace('{warehouse}', encodeURIComponent(settings.remote ?? ''))
  if (!/^[\w.~!$&'()*+,;=:@%/|-]*$/.test(prefix) || /(^|\/)(\.|%2e){1,2}(\/|$)/i.test(prefix))
    throw malformed('the prefix cannot be a part of a path')
  const separator = property('namespace-separator') ?? '%1F'
  if (!/^(%[0-9A-Fa-f]{2}|[\w.~-])+$/.test(separator) || !isEncoded(separator))
    throw malformed('the namespace-separator is not encoded')
  return {
    prefix: prefix.replaceAll(/^\/+|\/+$/g, ''),
    separator,
    endpoints: listed === null ? null : new Set(listed),
    dialect: withQuirks(dialect, settings.quirks ?? {}),
    dialectReason: reason,
    keyLifetime: typeof lifetime === 'string' && /^PT?[\dDHMS.]+$/.test(lifetime) ? lifetime : null,
  }
}

/** Returns whether the upstream catalog offers an operation. */
export function offers({ endpoints, dialect }: RemoteConfig, id: OperationId): boolean {
  if (id === 'commitTransaction' && dialect.transactions === 'none') return false
  return endpoints === null ? dialect.unlisted.has(id) : endpoints.has(operation(id).endpoint)
}

/** Operations that this server answers without the upstream catalog. */
const own: ReadonlySet<OperationId> = new Set<OperationId>([
  'loadCredentials',
  'signRequest',
  'reportMetrics',
])

/** Operations that the server does not offer for upstream warehouses. */
const notServed: ReadonlySet<OperationId> = new Set<OperationId>([
  'unregisterTable',
  'planTableScan',
  'fetchPlanningResult',
  'cancelPlanning',
  'fetchScanTasks',
])

/**
 * Returns whether this server can answer an operation for an upstream warehouse, if necessary with a
 * substitute operation.
 */
export function serves(config: RemoteConfig, id: OperationId): boolean {
  if (own.has(id)) return true
  if (notServed.has(id)) return false
  const substitute = substitutes[id]
  return offers(config, id) || (substitute !== undefined && offers(config, substitute))
}

/** Returns a dialect in which the given quirks replace the capabilities. */
function withQuirks(dialect: Dialect, quirks: Quirks): Dialect {
  const given = Object.entries(quirks).filter(([, value]) => value !== undefined)
  return { ...dialect, ...Object.fromEntries(given) }
}

function isEncoded(text: string): boolean {
  try {
    return decodeURIComponent(text) !== ''
  } catch {
    return false
  }
}

function asObject(value: Json): Readonly<Record<string, Json>> | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, Json>>)
    : null
}

function malformed(why: string): HeadgateError {
  return new HeadgateError('bad-gateway', `The upstream returned an unusable configuration: ${why}.`)
}
