import { AuthRegistry, type AuthProvider, type Fetch, type HeaderList, type Properties } from '@headgate/auth'
import { HeadgateError } from '@headgate/errors'

export interface AuthOptions {
  /** Who asks. It is initialized here and stays the caller's to close. Default: what `properties` say, else nobody. */
  readonly auth?: AuthProvider | undefined
  /**
   * A flat map, as Iceberg and PyIceberg have it: `uri`, `warehouse`, `prefix`, `rest-page-size`, `header.<name>`, and
   * `rest.auth.*` for a provider of `@headgate/auth`, which is closed with the catalog.
   */
  readonly properties?: Properties | undefined
  /** Told about what works, but should be changed. Default: nobody. */
  readonly warn?: ((message: string) => void) | undefined
  /** Where providers are found by name. Default: those of `@headgate/auth`. */
  readonly registry?: AuthRegistry | undefined
  readonly signal?: AbortSignal | undefined
}

/** Whoever sends the requests of one catalog. */
export interface AuthSession {
  readonly auth: AuthProvider
  /** Whose answers these are; null when nobody can tell, so that none of them may be kept. */
  readonly identity: () => string | null
  /** Ends what was made for it. */
  readonly close: () => Promise<void>
}

/** The caller's provider, or one of the properties, ready to be used. */
export async function openAuth(
  { auth: given, properties = {}, registry = new AuthRegistry(), warn, signal }: AuthOptions,
  headers: HeaderList,
  uri: string,
  fetch: Fetch,
): Promise<AuthSession> {
  const wait = signal === undefined ? {} : { signal }
  if (given === undefined) {
    const auth = await registry.create(properties, { uri, fetch, ...wait, ...(warn && { warn }) })
    const close = async (): Promise<void> => await auth[Symbol.asyncDispose]()
    const clash = clashOf(headers, auth)
    // Providers of a registry never change who they are: a session ends instead.
    if (clash === undefined) return { auth, close, identity: () => identityOf(auth) ?? '' }
    await close()
    throw clash
  }
  const property = Object.keys(properties).find((key) => key.startsWith('rest.auth.'))
  if (property !== undefined)
    throw new HeadgateError('illegal-argument', `Both auth and ${property} are set: keep one of them`)
  const clash = clashOf(headers, given)
  if (clash !== undefined) throw clash
  await given.initialize?.(wait)
  return { auth: given, close: () => Promise.resolve(), identity: () => identityOf(given) }
}

function identityOf({ provenance }: AuthProvider): string | null {
  if (provenance === undefined) return null
  const { who, actors = [], target, obtainedBy } = provenance
  const parties = [who, ...actors].map((party) => [party?.issuer, party?.subject])
  return JSON.stringify([parties, target, obtainedBy])
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
