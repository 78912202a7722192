import { configuredHeaders, type Fetch, type HeaderList, type Properties } from '@headgate/auth'
import { HeadgateError } from '@headgate/errors'
import type { AccessDelegation } from '../rest/access-delegation.ts'
import { operation } from '../rest/operations.ts'
import { openAuth, type AuthOptions } from './auth-session.ts'
import { readAs } from './call.ts'
import { systemClock, type Clock } from './clock.ts'
import { decodeCatalogConfig } from './config.ts'
import { sendCall, type HttpSettings } from './http/send-call.ts'
import type { CallOptions, Session } from './session.ts'
import { TableCache, type TableCacheOptions } from './table-cache.ts'

export interface ConnectOptions extends CallOptions, AuthOptions {
  /** Where the catalog is: what comes before `/v1` in its URLs. Default: the property `uri`. */
  readonly uri?: string | undefined
  /** Default: the property `warehouse`, else the server chooses, if it can. */
  readonly warehouse?: string | undefined
  /** Sent with every request. `Authorization` belongs to the authentication. */
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** Default: the global one. */
  readonly fetch?: Fetch | undefined
  /** How to be given access to the storage of tables, in order of preference. Default: `vended-credentials`; empty: not at all. */
  readonly accessDelegation?: readonly AccessDelegation[] | undefined
  /** For one attempt of a request, in ms. Default: 60,000. */
  readonly timeoutMs?: number | undefined
  /** Attempts after the first one, at most 9. Default: 5. */
  readonly maxRetries?: number | undefined
  /** Names in one page of a list. Default: the property `rest-page-size`, else the server chooses. */
  readonly pageSize?: number | undefined
  /** Longest answer, in bytes. Default: 256 MiB. */
  readonly maxResponseBytes?: number | undefined
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
  const { properties = {}, clock = systemClock, signal } = options
  const uri = baseOf(options.uri ?? textOf(properties, 'uri') ?? '')
  const fetch = options.fetch ?? ((url, init) => globalThis.fetch(url, init))
  const beyond = Object.keys(properties).find((key) => BEYOND_FETCH.test(key))
  if (beyond !== undefined)
    throw invalid(
      `${beyond} cannot be honoured by fetch: remove it, and give a fetch or an auth that does it`,
    )
  const headers = headersOf(options)
  const pageSize = options.pageSize ?? pageSizeOf(properties)
  const { auth, identity, close } = await openAuth(options, headers, uri, fetch)
  const http: HttpSettings = {
    fetch,
    auth,
    headers,
    clock,
    timeoutMs: options.timeoutMs ?? 60_000,
    maxRetries: options.maxRetries ?? 5,
    maxResponseBytes: options.maxResponseBytes ?? 268_435_456,
  }
  try {
    const config = await configOf(http, uri, { ...options, signal })
    const session = {
      uri,
      http,
      config,
      clock,
      accessDelegation: options.accessDelegation ?? delegationOf(headers),
      pageSize: pageSize ?? serversPageSize(config.properties),
      identity: options.tableCache === false ? () => null : identity,
      tables: new TableCache(clock, options.tableCache || {}),
    }
    return { session, close }
  } catch (error) {
    await close()
    throw error
  }
}

async function configOf(
  http: HttpSettings,
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

/** @throws {HeadgateError} bad-request */
function baseOf(uri: string): string {
  const url = URL.canParse(uri) ? new URL(uri) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol))
    throw new HeadgateError('bad-request', `Invalid uri: expected http://… or https://…, without the /v1`)
  // Neither can be part of a URL to which paths are added; and a password would be shown with it.
  if (url.search !== '' || url.hash !== '' || url.username !== '' || url.password !== '')
    throw new HeadgateError(
      'bad-request',
      'Invalid uri: it must have no query, fragment, user or password; use auth',
    )
  return url.href.replace(/\/+$/, '')
}

function headersOf({ headers = {}, properties = {} }: ConnectOptions): HeaderList {
  const all = [...configuredHeaders(properties), ...Object.entries(headers)].map(
    ([name, value]) => [name.toLowerCase(), value] as const,
  )
  for (const [name, value] of all) checkHeader(name, value)
  return all
}

/** @throws {HeadgateError} bad-request, without the value, which may be a secret */
function checkHeader(name: string, value: string): void {
  if (!/^[!#$%&'*+.^_`|~0-9a-z-]+$/.test(name))
    throw new HeadgateError('bad-request', `Invalid header name ${JSON.stringify(name)}`)
  if (!/^[\t\x20-\x7e\x80-\xff]*$/.test(value))
    throw new HeadgateError(
      'bad-request',
      `Invalid value of header ${name}: it must be one line of Latin characters`,
    )
}

/** Whoever sets the header itself has said what they want. */
const delegationOf = (headers: HeaderList): readonly AccessDelegation[] =>
  headers.some(([name]) => name === 'x-iceberg-access-delegation') ? [] : ['vended-credentials']

function pageSizeOf(properties: Properties): number | undefined {
  const text = textOf(properties, 'rest-page-size')
  if (text === undefined) return undefined
  if (!/^[1-9]\d{0,8}$/.test(text)) throw invalid('rest-page-size must be a number from 1 on')
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

const invalid = (message: string): HeadgateError => new HeadgateError('illegal-argument', message)
