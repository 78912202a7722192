import { HeadgateError } from '@headgate/errors'
import type { AuthProvider } from '../auth-provider.ts'
import { withHeaders, type HeaderList } from '../header-list.ts'
import { configuredHeaders } from '../properties/configured-headers.ts'
import type { Fetch } from '../provider-definition.ts'
import { baseUrl } from './base-url.ts'
import { checkHeader } from './check-header.ts'
import { openAuth, type AuthOptions } from './open-auth.ts'

/** What a client of a catalog is given, whatever it speaks. */
export interface ConnectionOptions extends AuthOptions {
  /** Where the catalog is: what comes before `/v1` in its URLs. */
  readonly uri?: string | undefined
  /** Sent with every request, in the place of those of the same names in `properties`. `Authorization` belongs to the authentication. */
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** Default: the global one. */
  readonly fetch?: Fetch | undefined
  /** Time limit of an attempt, in ms. Default: 60,000. */
  readonly timeoutMs?: number | undefined
  /** Attempts after the first one, at most 9. Default: 5. */
  readonly maxRetries?: number | undefined
  /** Longest answer that is read into memory, in bytes. Default: 256 MiB. */
  readonly maxResponseBytes?: number | undefined
}

/** How the requests of a client are sent. */
export interface HttpSettings {
  readonly fetch: Fetch
  readonly auth: AuthProvider
  /** Sent with every request. */
  readonly headers: HeaderList
  readonly timeoutMs: number
  /** Attempts after the first one. */
  readonly maxRetries: number
  readonly maxResponseBytes: number
}

export interface OpenConnection {
  /** Without a slash at its end. */
  readonly uri: string
  readonly http: HttpSettings
  /** Ends what was made for it. */
  readonly close: () => Promise<void>
}

/**
 * Checks what a client is given, and opens its authentication. Nothing is asked of the catalog.
 *
 * @param beyondFetch the properties that need more than `fetch`, and may not be passed over in silence
 * @throws {HeadgateError} for options that are wrong or contradict each other
 * @throws {AuthError} naming the property to change
 */
export async function openConnection(
  options: ConnectionOptions,
  beyondFetch: RegExp,
): Promise<OpenConnection> {
  const { properties = {} } = options
  const uri = baseUrl(options.uri ?? '')
  const fetch = options.fetch ?? ((url, init) => globalThis.fetch(url, init))
  const beyond = Object.keys(properties).find((key) => beyondFetch.test(key))
  if (beyond !== undefined)
    throw new HeadgateError(
      'illegal-argument',
      `${beyond} cannot be honoured by fetch: remove it, and give a fetch or an auth that does it`,
    )
  const headers = headersOf(options)
  const { auth, close } = await openAuth(options, headers, uri, fetch)
  const http: HttpSettings = {
    fetch,
    auth,
    headers,
    timeoutMs: options.timeoutMs ?? 60_000,
    maxRetries: options.maxRetries ?? 5,
    maxResponseBytes: options.maxResponseBytes ?? 268_435_456,
  }
  return { uri, http, close }
}

function headersOf({ headers = {}, properties = {} }: ConnectionOptions): HeaderList {
  const all = withHeaders(configuredHeaders(properties), Object.entries(headers)).map(
    ([name, value]) => [name.toLowerCase(), value] as const,
  )
  for (const [name, value] of all) checkHeader(name, value)
  return all
}
