import { HeadgateError } from '@headgate/errors'
import type { Fetch, HeaderList } from '@headgate/http'
import type { AuthProvider } from '../auth-provider.ts'
import type { Properties } from '../properties/auth-properties.ts'
import { AuthRegistry } from '../registry.ts'

/** Options for the authentication of the requests of a catalog client. */
export interface AuthOptions {
  /**
   * The authentication provider. `openAuth` initializes it, and the caller closes it. Default: the provider that
   * `properties` select, or no authentication.
   */
  readonly auth?: AuthProvider | undefined
  /**
   * Configuration properties in a flat map: `header.<name>` sets a header, and `rest.auth.*` configures a provider.
   * Closing the client also closes this provider.
   */
  readonly properties?: Properties | undefined
  /** Receives warnings about configuration that works but should be changed. Default: warnings are dropped. */
  readonly warn?: ((message: string) => void) | undefined
  /** Registry that creates providers by name. Default: a registry with the providers of `@headgate/auth`. */
  readonly registry?: AuthRegistry | undefined
  /** Aborts the creation and initialization of the provider. */
  readonly signal?: AbortSignal | undefined
}

/** An initialized auth provider, and a function that closes it. */
export interface OpenAuth {
  readonly auth: AuthProvider
  /** Closes the provider if `openAuth` created it. A provider that the caller passed stays open. */
  readonly close: () => Promise<void>
}

/** Initializes the provider that the caller passed, or creates the provider that the properties select. */
export async function openAuth(
  { auth: own, properties = {}, registry = new AuthRegistry(), warn, signal }: AuthOptions,
  headers: HeaderList,
  uri: string,
  fetch: Fetch,
): Promise<OpenAuth> {
  const wait = signal === undefined ? {} : { signal }
  if (own === undefined) {
    const auth = await registry.create(properties, { uri, fetch, ...wait, ...(warn && { warn }) })
    const close = async (): Promise<void> => await auth[Symbol.asyncDispose]()
    const clash = findClash(headers, auth)
    if (clash === undefined) return { auth, close }
    await close()
    throw clash
  }
  const property = Object.keys(properties).find((key) => key.startsWith('rest.auth.'))
  if (property !== undefined)
    throw new HeadgateError('illegal-argument', `Both auth and ${property} are set: keep one of them`)
  const clash = findClash(headers, own)
  if (clash !== undefined) throw clash
  await own.initialize?.(wait)
  return { auth: own, close: () => Promise.resolve() }
}

/**
 * Finds a header that the configuration and the provider both set. Such a header is refused, because one of its two
 * values would be lost.
 */
function findClash(
  headers: HeaderList,
  { setsHeaders = ['authorization'] }: AuthProvider,
): Error | undefined {
  const header = headers.find(([name]) => setsHeaders.includes(name))
  if (header === undefined) return undefined
  return new HeadgateError(
    'illegal-argument',
    `The header ${header[0]} is configured, but the authentication provider also sets it: remove the header, or use another provider`,
  )
}
