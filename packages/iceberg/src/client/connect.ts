import { HeadgateError } from '@headgate/errors'
import type { AccessDelegation } from '../rest/access-delegation.ts'
import { operation } from '../rest/operations.ts'
import { systemClock, type Clock } from './clock.ts'
import { decodeCatalogConfig } from './config.ts'
import { noAuth, type AuthProvider } from './http/auth-provider.ts'
import { HttpClient } from './http/http-client.ts'
import { readAs, type CallOptions, type Session } from './session.ts'

export interface ConnectOptions extends CallOptions {
  /** Where the catalog is: what comes before `/v1` in its URLs. */
  readonly uri: string
  /** Default: the server chooses, if it can. */
  readonly warehouse?: string | undefined
  /** Default: none. */
  readonly auth?: AuthProvider | undefined
  /** Sent with every request. `Authorization` belongs to `auth`. */
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** Default: the global one. */
  readonly fetch?: typeof globalThis.fetch | undefined
  /** How to be given access to the storage of tables, in order of preference. Default: `vended-credentials`; empty: not at all. */
  readonly accessDelegation?: readonly AccessDelegation[] | undefined
  /** For one attempt of a request, in ms. Default: 60,000. */
  readonly timeoutMs?: number | undefined
  /** Attempts after the first one. Default: 5. */
  readonly maxRetries?: number | undefined
  /** Names in one page of a list. Default: the server chooses. */
  readonly pageSize?: number | undefined
  /** Longest answer, in bytes. Default: 256 MiB. */
  readonly maxResponseBytes?: number | undefined
  /** For tests. */
  readonly clock?: Clock | undefined
}

/** Reads the configuration of a catalog. */
export async function connect(options: ConnectOptions): Promise<Session> {
  const { warehouse, signal, clock = systemClock, auth = noAuth } = options
  const uri = baseOf(options.uri)
  const http = new HttpClient({
    fetch: options.fetch ?? globalThis.fetch,
    auth,
    headers: headersOf(options),
    clock,
    timeoutMs: options.timeoutMs ?? 60_000,
    maxRetries: options.maxRetries ?? 5,
    maxResponseBytes: options.maxResponseBytes ?? 268_435_456,
  })
  const { path, method } = operation('getConfig')
  const query = warehouse === undefined ? '' : `?warehouse=${encodeURIComponent(warehouse)}`
  const { json } = await http.send({ operation: 'getConfig', method, url: uri + path + query, signal })
  return {
    uri,
    http,
    config: readAs('getConfig', json, decodeCatalogConfig),
    clock,
    accessDelegation: options.accessDelegation ?? ['vended-credentials'],
    pageSize: options.pageSize,
  }
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

function headersOf({ headers = {}, auth }: ConnectOptions): Record<string, string> {
  const lower = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
  )
  if (auth !== undefined && 'authorization' in lower)
    throw new HeadgateError(
      'bad-request',
      'Both auth and the header Authorization are set: leave the header out, the provider writes it',
    )
  return lower
}
