import type { Fetch } from '@headgate/http'
import type { AuthProvider, ReadyProvider } from './auth-provider.ts'
import type { Prompts } from './prompts.ts'
import { readProperties, type PropertyKeys, type PropertyValues } from './properties/read-properties.ts'
import type { GivenProperty } from './properties/read-properties.ts'

/** What a provider is made in. */
export interface ProviderContext {
  /** The name it was asked for by. */
  readonly type: string
  /** The catalog's own address, for endpoints that are relative to it. */
  readonly uri: string | undefined
  readonly fetch: Fetch
  /** Epoch milliseconds. */
  readonly now: () => number
  /** Environment variables by name. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** The session this one belongs to: a user's session within that of the service. */
  readonly parent: AuthProvider | undefined
  /** How people are reached, where there are any. */
  readonly prompts: Prompts | undefined
  /** The type to wrap when the configuration names none: `none`, unless there are properties of another. */
  readonly defaultDelegate: string
  /** Tells whoever runs the client about something that works, but should be changed. */
  warn(message: string): void
  /** Another provider from the same properties, to wrap it or to ask it for a token. It lives as long as this one. */
  create(type: string): Promise<AuthProvider>
}

/** Makes a provider from its properties, which are named without `rest.auth.<type>.` here. */
export type ProviderFactory = (
  properties: Readonly<Record<string, string>>,
  context: ProviderContext,
) => AuthProvider | Promise<AuthProvider>

/** A provider whose properties are declared, see {@link defineProvider}. */
export interface ProviderDefinition {
  readonly keys: PropertyKeys
  readonly open: (
    given: ReadonlyMap<string, GivenProperty>,
    context: ProviderContext,
  ) => AuthProvider | Promise<AuthProvider>
}

/**
 * Declares a provider: its properties by name, and a function that creates it. Unknown, missing and invalid properties are
 * refused before `create` is called.
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
    open: (given, context) =>
      definition.create(readProperties(definition.keys, given, `rest.auth.${context.type}.`), context),
  }
}

/** Whoever writes a provider gives one or the other. */
export type ProviderSource = ProviderDefinition | ProviderFactory

/** Closes a provider that may have nothing to close. */
export async function closeProvider(provider: AuthProvider): Promise<void> {
  await provider[Symbol.asyncDispose]?.()
}

/** Providers that were made for one session, as one that can be opened and closed. */
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
