import type { Fetch } from '@headgate/http'
import type { AuthProvider, ReadyProvider } from './auth-provider.ts'
import type { Prompts } from './prompts.ts'
import { readProperties, type PropertyKeys, type PropertyValues } from './properties/read-properties.ts'
import type { GivenProperty } from './properties/read-properties.ts'

/** Functions and values that a provider can use in addition to its properties. */
export interface ProviderContext {
  /** Authentication type by which the configuration selected the provider. */
  readonly type: string
  /** URL of the catalog, to which endpoints of the provider can be relative. */
  readonly uri: string | undefined
  readonly fetch: Fetch
  /** Returns the current time in epoch ms. */
  readonly now: () => number
  /** Environment variables by name. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** Provider of the parent session. If this session belongs to a user, the parent session belongs to the service. */
  readonly parent: AuthProvider | undefined
  /** Functions that ask a person to log in, if the creator of the provider passed them. */
  readonly prompts: Prompts | undefined
  /**
   * Type of the provider to wrap if the configuration names none: the type whose properties are set, or else `none`.
   */
  readonly defaultDelegate: string
  /** Reports configuration that works but should be changed. */
  warn(message: string): void
  /**
   * Creates another provider from the same properties, to wrap it or to use its token. Closing this provider also
   * closes the other provider.
   */
  create(type: string): Promise<AuthProvider>
}

/** Creates a provider from its properties, whose names are without the prefix `rest.auth.<type>.`. */
export type ProviderFactory = (
  properties: Readonly<Record<string, string>>,
  context: ProviderContext,
) => AuthProvider | Promise<AuthProvider>

/** A provider with declared properties. See {@link defineProvider}. */
export interface ProviderDefinition {
  readonly keys: PropertyKeys
  readonly open: (
    properties: ReadonlyMap<string, GivenProperty>,
    context: ProviderContext,
  ) => AuthProvider | Promise<AuthProvider>
}

/**
 * Declares a provider: its properties by name, and a function that creates it. Unknown, missing and invalid
 * properties are refused before `create` is called.
 *
 * @example
 * ```ts
 * const acme: ProviderDefinition = defineProvider({
 *   keys: { key: required(secret('the key of the account')) },
 *   create: ({ key }) => ({
 *     authenticate: async (request) => ({ ...request, headers: [...request.headers, ['x-acme', key.reveal()]] }),
 *   }),
 * })
 * ```
 */
export function defineProvider<const K extends PropertyKeys>(definition: {
  readonly keys: K
  readonly create: (
    values: PropertyValues<K>,
    context: ProviderContext,
  ) => AuthProvider | Promise<AuthProvider>
}): ProviderDefinition {
  return {
    keys: definition.keys,
    open: (properties, context) =>
      definition.create(readProperties(definition.keys, properties, `rest.auth.${context.type}.`), context),
  }
}

/** The two forms of a provider that a registry accepts. */
export type ProviderSource = ProviderDefinition | ProviderFactory

/** Closes a provider, if it has a method for this. */
export async function closeProvider(provider: AuthProvider): Promise<void> {
  await provider[Symbol.asyncDispose]?.()
}

/**
 * Returns the outermost provider of a session. Closing it closes all providers of the session.
 *
 * @param all providers of the session in the order of their creation
 */
export function readyProvider(outer: AuthProvider, all: readonly AuthProvider[]): ReadyProvider {
  const { initialize, onResponse, token, provenance, setsHeaders, signsBody } = outer
  return {
    ...(initialize === undefined ? {} : { initialize: initialize.bind(outer) }),
    authenticate: outer.authenticate.bind(outer),
    ...(onResponse === undefined ? {} : { onResponse: onResponse.bind(outer) }),
    ...(token === undefined ? {} : { token: token.bind(outer) }),
    ...(provenance === undefined ? {} : { provenance }),
    ...(setsHeaders === undefined ? {} : { setsHeaders }),
    ...(signsBody === undefined ? {} : { signsBody }),
    [Symbol.asyncDispose]: async () => {
      await Promise.allSettled(all.toReversed().map(closeProvider))
    },
  }
}
