import { HeadgateError } from '@headgate/errors'
import type { AuthProvider } from '../auth-provider.ts'
import type { HeaderList } from '../header-list.ts'
import type { Properties } from '../properties/auth-properties.ts'
import type { Fetch } from '../provider-definition.ts'
import { AuthRegistry } from '../registry.ts'

/** Who sends the requests of one client. */
export interface AuthOptions {
  /** Who asks. It is initialized here and stays the caller's to close. Default: what `properties` say, else nobody. */
  readonly auth?: AuthProvider | undefined
  /** A flat map: `header.<name>`, and `rest.auth.*` for a provider, which is closed with the client. */
  readonly properties?: Properties | undefined
  /** Told about what works, but should be changed. Default: nobody. */
  readonly warn?: ((message: string) => void) | undefined
  /** Where providers are found by name. Default: those of `@headgate/auth`. */
  readonly registry?: AuthRegistry | undefined
  /** Ends the connecting. */
  readonly signal?: AbortSignal | undefined
}

export interface OpenAuth {
  readonly auth: AuthProvider
  /** Ends what was made for it. */
  readonly close: () => Promise<void>
}

/** The caller's provider, or one of the properties, ready to be used. */
export async function openAuth(
  { auth: given, properties = {}, registry = new AuthRegistry(), warn, signal }: AuthOptions,
  headers: HeaderList,
  uri: string,
  fetch: Fetch,
): Promise<OpenAuth> {
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
  if (property !== undefined)
    throw new HeadgateError('illegal-argument', `Both auth and ${property} are set: keep one of them`)
  const clash = clashOf(headers, given)
  if (clash !== undefined) throw clash
  await given.initialize?.(wait)
  return { auth: given, close: () => Promise.resolve() }
}

/** A header that the provider writes may not be given as well: one of the two would be lost. */
function clashOf(headers: HeaderList, { setsHeaders = ['authorization'] }: AuthProvider): Error | undefined {
  const header = headers.find(([name]) => setsHeaders.includes(name))
  if (header === undefined) return undefined
  return new HeadgateError(
    'illegal-argument',
    `The header ${header[0]} is set, which the authentication writes itself: leave one of them out`,
  )
}
