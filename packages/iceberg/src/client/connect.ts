import type { Properties } from '@headgate/auth'
import { openConnection, type AuthOptions as OpenAuthOptions, type ConnectionOptions } from '@headgate/auth'
import { HeadgateError } from '@headgate/errors'
import type { HeaderList } from '@headgate/http'
import type { AccessDelegation } from '../rest/access-delegation.ts'
import { operation } from '../rest/operations.ts'
import { readAs } from './call.ts'
import { systemClock, type Clock } from './clock.ts'
import { decodeCatalogConfig } from './config.ts'
import { sendCall, type IcebergHttp } from './http/send-call.ts'
import { identityOf } from './identity.ts'
import type { CallOptions, Session } from './session.ts'
import { TableCache, type TableCacheOptions } from './table-cache.ts'

export interface AuthOptions extends OpenAuthOptions {
  /**
   * A flat map, as Iceberg and PyIceberg have it: `uri`, `warehouse`, `prefix`, `rest-page-size`, `header.<name>`, and
   * `rest.auth.*` for a provider of `@headgate/auth`, which is closed with the catalog.
   */
  readonly properties?: Properties | undefined
}

export interface ConnectOptions extends CallOptions, AuthOptions, ConnectionOptions {
  /** Where the catalog is: what comes before `/v1` in its URLs. Default: the property `uri`. */
  readonly uri?: string | undefined
  /** Default: the property `warehouse`, else the server chooses, if it can. */
  readonly warehouse?: string | undefined
  /** How to be given access to the storage of tables, in order of preference. Default: `vended-credentials`; empty: not at all. */
  readonly accessDelegation?: readonly AccessDelegation[] | undefined
  /** For one attempt of a request, in ms. Default: 60,000. */
  readonly timeoutMs?: number | undefined
  /** Attempts after the first one, at most 9. Default: 5. */
  readonly maxRetries?: number | undefined
  /** Names in one page of a list. Default: the property `rest-page-size`, else the server chooses. */
  readonly pageSize?: number | undefined
  /** Loaded tables that are kept, to ask only whether they have changed. false: none. */
  readonly tableCache?: TableCacheOptions | false | undefined
  /** For tests. */
  readonly clock?: Clock | undefined
}

export interface Connection {
  readonly session: Session
  /** Ends what was made for it. */
  readonly close: () => Promise<void>
}

/** What needs more than `fetch`, and may not be passed over in silence. */
const BEYOND_FETCH = /^(?:(?:tls|ssl|rest\.client\.(?:tls|proxy))(?:\.|$))/

/** Reads the configuration of a catalog. */
export async function connect(options: ConnectOptions): Promise<Connection> {
  const { properties = {}, clock = systemClock } = options
  const pageSize = options.pageSize ?? pageSizeOf(properties)
  const given = { ...options, uri: options.uri ?? textOf(properties, 'uri') }
  const { uri, http: settings, close } = await openConnection(given, BEYOND_FETCH)
  const http = { ...settings, clock }
  const { auth, headers } = http
  try {
    const config = await configOf(http, uri, options)
    const session = {
      uri,
      http,
      config,
      clock,
      accessDelegation: options.accessDelegation ?? delegationOf(headers),
      pageSize: pageSize ?? serversPageSize(config.properties),
      identity:
        options.tableCache === false ? () => null : () => identityOf(auth, options.auth === undefined),
      tables: new TableCache(clock, options.tableCache || {}),
    }
    return { session, close }
  } catch (error) {
    await close()
    throw error
  }
}

async function configOf(
  http: IcebergHttp,
  uri: string,
  { properties = {}, warehouse = textOf(properties, 'warehouse'), warn, signal }: ConnectOptions,
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
  const { refused, ...config } = readAs('getConfig', json, (value) => decodeCatalogConfig(value, properties))
  if (refused.length > 0)
    warn?.(`The server may not set ${refused.join(', ')} at its clients: that was left out`)
  return config
}

/** Whoever sets the header itself has said what they want. */
const delegationOf = (headers: HeaderList): readonly AccessDelegation[] =>
  headers.some(([name]) => name === 'x-iceberg-access-delegation') ? [] : ['vended-credentials']

function pageSizeOf(properties: Properties): number | undefined {
  const text = textOf(properties, 'rest-page-size')
  if (text === undefined) return undefined
  if (!/^[1-9]\d{0,8}$/.test(text))
    throw new HeadgateError('illegal-argument', 'rest-page-size must be a number from 1 on')
  return Number(text)
}

/** The client's own property is among them, and was checked before. */
function serversPageSize(properties: Properties): number | undefined {
  const size = Number(properties['rest-page-size'] ?? 0)
  return Number.isInteger(size) && size > 0 ? size : undefined
}

/** A property that is no secret. */
function textOf(properties: Properties, name: string): string | undefined {
  const value = properties[name]
  return typeof value === 'object' || value === undefined ? undefined : String(value)
}
