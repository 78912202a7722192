import { HeadgateError } from '@headgate/errors'
import type { Fetch, HeaderList } from '@headgate/http'
import type { AuthProvider } from '../auth-provider.ts'
import type { Properties } from '../properties/auth-properties.ts'
import { AuthRegistry } from '../registry.ts'

/** How the requests of a client are authenticated. */
export interface AuthOptions {
  /**
   * The provider. It is initialized here; the caller closes it. Default: the provider that `properties` name, else none.
   */
  readonly auth?: AuthProvider | undefined
  /** A flat map: `header.<name>`, and `rest.auth.*` for a provider, which is closed with the client. */
  readonly properties?: Properties | undefined
  /** Called with configuration that works, but should be changed. Default: no call. */
  readonly warn?: ((message: string) => void) | undefined
  /** The providers by name. Default: those of `@headgate/auth`. */
  readonly registry?: AuthRegistry | undefined
  /** Ends the connecting. */
  readonly signal?: AbortSignal | undefined
}

/** A provider that is ready, and how to close it. */
export interface OpenAuth {
  readonly auth: AuthProvider
  /** Closes the provider if it was created here. */
  readonly close: () => Promise<void>
}

/** Initializes the provider of the caller, or creates the one that the properties name. */
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

/** Finds a header that both the configuration and the provider set. One of the two values would be lost. */
function findClash(
  headers: HeaderList,
  { setsHeaders = ['authorization'] }: AuthProvider,
): Error | undefined {
  const header = headers.find(([name]) => setsHeaders.includes(name))
  if (header === undefined) return undefined
  return new HeadgateError(
    'illegal-argument',
    `The header ${header[0]} is set, which the authentication writes itself: leave one of them out`,
  )
}
