import type { Properties } from '@headgate/auth'
import { openConnection, type AuthOptions as OpenAuthOptions, type ConnectionOptions } from '@headgate/auth'
import { HeadgateError } from '@headgate/errors'
import type { HeaderList } from '@headgate/http'
import type { AccessDelegation } from '../rest/access-delegation.ts'
import { operation } from '../rest/operations.ts'
import { decodeResponse } from './call.ts'
import { systemClock, type Clock } from './clock.ts'
import { decodeCatalogConfig } from './config.ts'
import { sendCall, type IcebergHttp } from './http/send-call.ts'
import { toIdentity } from './identity.ts'
import type { CallOptions, Session } from './session.ts'
import { TableCache, type TableCacheOptions } from './table-cache.ts'

export interface AuthOptions extends OpenAuthOptions {
  /**
   * Flat properties with the names that Iceberg and PyIceberg use: `uri`, `warehouse`, `prefix`, `rest-page-size`,
   * `header.<name>`, and `rest.auth.*` for an auth provider of `@headgate/auth`. Closing the catalog also closes this
   * provider.
   */
  readonly properties?: Properties | undefined
}

export interface ConnectOptions extends CallOptions, AuthOptions, ConnectionOptions {
  /** Base URL of the catalog: the part of its URLs before `/v1`. Default: the property `uri`. */
  readonly uri?: string | undefined
  /** Name of the warehouse. Default: the property `warehouse`, otherwise the default warehouse of the server, if it has one. */
  readonly warehouse?: string | undefined
  /**
   * Requested kinds of storage access, in order of preference. Default: `vended-credentials`. An empty list requests
   * no storage access.
   */
  readonly accessDelegation?: readonly AccessDelegation[] | undefined
  /** Time limit of one attempt of a request, in ms. Default: 60,000. */
  readonly timeoutMs?: number | undefined
  /** Maximum number of attempts after the first attempt, from 0 to 9. Default: 5. */
  readonly maxRetries?: number | undefined
  /** Maximum number of names in one page of a list. Default: the property `rest-page-size`, otherwise the server chooses. */
  readonly pageSize?: number | undefined
  /**
   * Limits of the cache of loaded tables. The client revalidates each cached table with its ETag. `false` disables
   * the cache.
   */
  readonly tableCache?: TableCacheOptions | false | undefined
  /** Source of the current time, of pauses and of random numbers, which tests replace. */
  readonly clock?: Clock | undefined
}

export interface Connection {
  readonly session: Session
  /** Closes the auth provider if the client created it from the properties. */
  readonly close: () => Promise<void>
}

/**
 * Names of TLS and proxy properties, which `fetch` cannot apply. The client refuses them, because ignoring them could
 * weaken security.
 */
const UNSUPPORTED_BY_FETCH = /^(?:(?:tls|ssl|rest\.client\.(?:tls|proxy))(?:\.|$))/

/** Checks the options, opens the authentication, and loads the configuration of the catalog. */
export async function connect(options: ConnectOptions): Promise<Connection> {
  const { properties = {}, clock = systemClock } = options
  const pageSize = options.pageSize ?? parsePageSize(properties)
  const withUri = { ...options, uri: options.uri ?? findText(properties, 'uri') }
  const { uri, http: settings, close } = await openConnection(withUri, UNSUPPORTED_BY_FETCH)
  const http = { ...settings, clock }
  const { auth, headers } = http
  try {
    const config = await loadConfig(http, uri, options)
    const session = {
      uri,
      http,
      config,
      clock,
      accessDelegation: options.accessDelegation ?? defaultDelegation(headers),
      pageSize: pageSize ?? findPageSize(config.properties),
      identity:
        options.tableCache === false ? () => null : () => toIdentity(auth, options.auth === undefined),
      tables: new TableCache(clock, options.tableCache || {}),
    }
    return { session, close }
  } catch (error) {
    await close()
    throw error
  }
}

async function loadConfig(
  http: IcebergHttp,
  uri: string,
  { properties = {}, warehouse = findText(properties, 'warehouse'), warn, signal }: ConnectOptions,
): Promise<Session['config']> {
  const { path, method } = operation('getConfig')
  const query = warehouse === undefined ? '' : `?warehouse=${encodeURIComponent(warehouse)}`
  const { json } = await sendCall(http, {
    operation: 'getConfig',
    method,
    url: uri + path + query,
    changes: false,
    repeatableUntil: Number.POSITIVE_INFINITY,
    signal,
  })
  const { refused, ...config } = decodeResponse('getConfig', json, (value) =>
    decodeCatalogConfig(value, properties),
  )
  if (refused.length > 0)
    warn?.(
      `The configuration of the server sets ${refused.join(', ')}, which servers must not set. The client ignores these properties.`,
    )
  return config
}

/**
 * Returns the kinds of storage access to request by default. Returns none if the caller configured the header
 * `X-Iceberg-Access-Delegation`.
 */
const defaultDelegation = (headers: HeaderList): readonly AccessDelegation[] =>
  headers.some(([name]) => name === 'x-iceberg-access-delegation') ? [] : ['vended-credentials']

function parsePageSize(properties: Properties): number | undefined {
  const text = findText(properties, 'rest-page-size')
  if (text === undefined) return undefined
  if (!/^[1-9]\d{0,8}$/.test(text))
    throw new HeadgateError(
      'illegal-argument',
      `Invalid rest-page-size ${JSON.stringify(text)}: set it to an integer from 1 to 999999999.`,
    )
  return Number(text)
}

/** Returns the page size in the merged properties, or undefined if it is missing or invalid. */
function findPageSize(properties: Properties): number | undefined {
  const size = Number(properties['rest-page-size'] ?? 0)
  return Number.isInteger(size) && size > 0 ? size : undefined
}

/** Returns a property as text, or undefined if it is missing or a secret. */
function findText(properties: Properties, name: string): string | undefined {
  const value = properties[name]
  return typeof value === 'object' || value === undefined ? undefined : String(value)
}
