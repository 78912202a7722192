import {
  AuthRegistry,
  configuredHeaders,
  type AuthProvider,
  type Fetch,
  type HeaderList,
  type Properties,
} from '@headgate/auth'
import { HeadgateError } from '@headgate/errors'
import { DEFAULT_DELIMITER, formatIdentifier } from '../model/identifier.ts'
import { checkHeader } from './request-context.ts'
import type { Session } from './session.ts'

export interface ConnectOptions {
  /** Where the namespace is: what comes before `/v1` in its URLs. */
  readonly uri: string
  /** What stands between names in URLs. Default: `$`. */
  readonly delimiter?: string | undefined
  /** Who asks. It is initialized here and stays the caller's to close. Default: what `properties` say, else nobody. */
  readonly auth?: AuthProvider | undefined
  /**
   * A flat map, as other clients of Lance have it: `delimiter`, `header.<name>`, and `rest.auth.*` for a provider of
   * `@headgate/auth`, which is closed with the namespace.
   */
  readonly properties?: Properties | undefined
  /** Told about what works, but should be changed. Default: nobody. */
  readonly warn?: ((message: string) => void) | undefined
  /** Where providers are found by name. Default: those of `@headgate/auth`. */
  readonly registry?: AuthRegistry | undefined
  /** Sent with every request. */
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** Default: the global one. */
  readonly fetch?: Fetch | undefined
  /** How long nothing may move in a request, in ms. Default: 60,000. */
  readonly timeoutMs?: number | undefined
  /** Attempts after the first one, at most 9. Default: 5. */
  readonly maxRetries?: number | undefined
  /** The wait before the second attempt, in ms; it doubles, up to 20 s. Default: 250. */
  readonly firstRetryMs?: number | undefined
  /** Longest answer that is read into memory, in bytes. Default: 256 MiB. */
  readonly maxResponseBytes?: number | undefined
  /** Ends the connecting. */
  readonly signal?: AbortSignal | undefined
}

/** What needs more than `fetch`, and may not be passed over in silence. */
const BEYOND_FETCH = /^(?:tls|dynamic_context_provider)\./

export interface Connection {
  readonly session: Session
  /** Ends what was made for it. */
  readonly close: () => Promise<void>
}

/** Checks what is given. Nothing is asked of the server: the protocol has no handshake. */
export async function connect(options: ConnectOptions): Promise<Connection> {
  const { properties = {} } = options
  const uri = baseOf(options.uri)
  const fetch = options.fetch ?? ((url, init) => globalThis.fetch(url, init))
  const delimiter = options.delimiter ?? String(properties['delimiter'] ?? DEFAULT_DELIMITER)
  formatIdentifier([], delimiter)
  const beyond = Object.keys(properties).find((key) => BEYOND_FETCH.test(key))
  if (beyond !== undefined)
    throw invalid(
      `${beyond} cannot be honoured by fetch: remove it, and give a fetch or an auth that does it`,
    )
  const headers = headersOf(options)
  const { auth, close } = await authOf(options, headers, uri, fetch)
  const http = {
    fetch,
    auth,
    headers,
    timeoutMs: options.timeoutMs ?? 60_000,
    maxRetries: options.maxRetries ?? 5,
    firstRetryMs: options.firstRetryMs ?? 250,
    maxResponseBytes: options.maxResponseBytes ?? 268_435_456,
  }
  return { session: { uri, delimiter, http }, close }
}

/** The caller's provider, or one of the properties, ready to be used. */
async function authOf(
  { auth: given, properties = {}, registry = new AuthRegistry(), warn, signal }: ConnectOptions,
  headers: HeaderList,
  uri: string,
  fetch: Fetch,
): Promise<{ readonly auth: AuthProvider; readonly close: () => Promise<void> }> {
  const wait = signal === undefined ? {} : { signal }
  if (given === undefined) {
    const auth = await registry.create(properties, { uri, fetch, ...wait, ...(warn && { warn }) })
    const close = async (): Promise<void> => await auth[Symbol.asyncDispose]()
    const clash = clashOf(headers, auth)
    if (clash === undefined) return { auth, close }
    await close()
    throw clash
  }
  const property = Object.keys(properties).find((key) => key.startsWith('rest.auth.'))
  if (property !== undefined) throw invalid(`Both auth and ${property} are set: keep one of them`)
  const clash = clashOf(headers, given)
  if (clash !== undefined) throw clash
  await given.initialize?.(wait)
  return { auth: given, close: () => Promise.resolve() }
}

/** A header that the provider writes may not be given as well: one of the two would be lost. */
function clashOf(headers: HeaderList, { setsHeaders = ['authorization'] }: AuthProvider): Error | undefined {
  const header = headers.find(([name]) => setsHeaders.includes(name))
  if (header === undefined) return undefined
  return invalid(
    `The header ${header[0]} is set, which the authentication writes itself: leave one of them out`,
  )
}

/** @throws {HeadgateError} bad-request */
function baseOf(uri: string): string {
  const url = URL.canParse(uri) ? new URL(uri) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol))
    throw new HeadgateError('bad-request', 'Invalid uri: expected http://… or https://…, without the /v1')
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

const invalid = (message: string): HeadgateError => new HeadgateError('illegal-argument', message)
