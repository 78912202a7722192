import { HeadgateError } from '@headgate/errors'
import {
  baseUrl,
  checkHeader,
  withHeaders,
  type Fetch,
  type HeaderList,
  type HttpHooks,
  type HttpSettings,
} from '@headgate/http'
import type { AuthProvider } from '../auth-provider.ts'
import { configuredHeaders } from '../properties/configured-headers.ts'
import { openAuth, type AuthOptions } from './open-auth.ts'

/** Options that the clients of all catalog protocols share. */
export interface ConnectionOptions extends AuthOptions {
  /** Address of the catalog: the part of its URLs before `/v1`. */
  readonly uri?: string | undefined
  /**
   * Headers of every request. They replace headers with the same names in `properties`. Only `auth` sets
   * `Authorization`.
   */
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** Sends the requests. Default: the global `fetch`. */
  readonly fetch?: Fetch | undefined
  /** Time limit of an attempt, in ms. Default: 60,000. */
  readonly timeoutMs?: number | undefined
  /** Maximum number of attempts after the first attempt, from 0 to 9. Default: 5. */
  readonly maxRetries?: number | undefined
  /** Longest response that is read into memory, in bytes. Default: 256 MiB. */
  readonly maxResponseBytes?: number | undefined
  /** Functions that observe the attempts of each request. */
  readonly hooks?: HttpHooks | undefined
}

/** Result of {@link openConnection}: validated options, and an initialized authentication provider. */
export interface OpenConnection {
  /** Address of the catalog, without a slash at its end. */
  readonly uri: string
  readonly auth: AuthProvider
  readonly http: HttpSettings
  /** Closes the provider if `openConnection` created it. A provider that the caller passed stays open. */
  readonly close: () => Promise<void>
}

/**
 * Checks the options of a client and opens its authentication. It sends no request to the catalog.
 *
 * @param unsupported pattern of property names that `fetch` cannot apply, such as TLS settings. These properties are
 *   refused, because the client must not ignore them.
 * @throws {HeadgateError} for options that are invalid or contradict each other
 * @throws {AuthError} with the property to change
 *
 * @example
 * ```ts
 * const { uri, http, close } = await openConnection({ uri: 'https://catalog.example.com' }, /^tls\./)
 * console.log(uri, http.timeoutMs)
 * await close()
 * ```
 */
export async function openConnection(
  options: ConnectionOptions,
  unsupported: RegExp,
): Promise<OpenConnection> {
  const { properties = {}, hooks } = options
  const uri = baseUrl(options.uri ?? '')
  const fetch = options.fetch ?? ((url, init) => globalThis.fetch(url, init))
  const refused = Object.keys(properties).find((key) => unsupported.test(key))
  if (refused !== undefined)
    throw new HeadgateError(
      'illegal-argument',
      `${refused} cannot be applied by fetch: remove this property, and pass a fetch or an auth that applies it`,
    )
  const headers = mergeHeaders(options)
  const { auth, close } = await openAuth(options, headers, uri, fetch)
  const http: HttpSettings = {
    fetch,
    auth,
    headers,
    timeoutMs: options.timeoutMs ?? 60_000,
    maxRetries: options.maxRetries ?? 5,
    maxResponseBytes: options.maxResponseBytes ?? 268_435_456,
    ...(hooks && { hooks }),
  }
  return { uri, auth, http, close }
}

function mergeHeaders({ headers = {}, properties = {} }: ConnectionOptions): HeaderList {
  const all = withHeaders(configuredHeaders(properties), Object.entries(headers)).map(
    ([name, value]) => [name.toLowerCase(), value] as const,
  )
  for (const [name, value] of all) checkHeader(name, value)
  return all
}
