export { AuthError, authReasons, isAuthError, type AuthErrorOptions, type AuthReason } from './auth-error.ts'
export type { AuthProvider, ReadyProvider } from './auth-provider.ts'
export type { AuthOptions } from './connection/open-auth.ts'
export { openConnection, type ConnectionOptions, type OpenConnection } from './connection/open-connection.ts'
export { chain, type Source } from './chain.ts'
export { createFetch, type CreateFetchOptions } from './create-fetch.ts'
export { digestKey, type KeyPart, type KeyParts } from './digest-key.ts'
export { loopbackBrowser, type LoopbackBrowserOptions } from './loopback-browser.ts'
export { memoize, Memoized, type MemoizeOptions } from './memoize.ts'
export type { Properties } from './properties/auth-properties.ts'
export { configuredHeaders } from './properties/configured-headers.ts'
export {
  byDefault,
  duration,
  flag,
  integer,
  list,
  oneOf,
  required,
  secret,
  text,
  url,
  type PropertyKind,
} from './properties/property-kinds.ts'
export type {
  GivenProperty,
  PropertyGroup,
  PropertyKeys,
  PropertyValues,
} from './properties/read-properties.ts'
export { filterServerConfig, isServerSettable } from './properties/server-config.ts'
export { fileTokens } from './file-tokens.ts'
export { keepIdentity, type Party, type Provenance } from './provenance.ts'
export {
  defineProvider,
  type ProviderContext,
  type ProviderDefinition,
  type ProviderFactory,
  type ProviderSource,
} from './provider-definition.ts'
export type { BrowserPrompt, DevicePrompt, Prompts } from './prompts.ts'
export { AuthRegistry, type CreateOptions, type RegistryOptions } from './registry.ts'
export { revokeToken, type RevokeTokenOptions } from './revoke-token.ts'
export { Secret } from './secret.ts'
export { SessionCache, type SessionCacheOptions } from './session-cache.ts'
export { checkToken, headerOf, tokenAuth, type TokenAuthOptions } from './token-auth.ts'
export { jwtExpiry } from './token-expiry.ts'
export { tokenTypes, type Token } from './token.ts'
export { apiKey, type ApiKeyOptions } from './typed/api-key.ts'
export { basic, type BasicOptions } from './typed/basic.ts'
export { bearer, type BearerOptions } from './typed/bearer.ts'
export { entra, type EntraOptions } from './typed/entra.ts'
export { google, type GoogleOptions } from './typed/google.ts'
export { oauth2, type OAuth2Options } from './typed/oauth2.ts'
export type { SecretText, TypedOptions } from './typed/open-typed.ts'
export { sigv4, sigv4a, type SignatureOptions, type SigV4aOptions, type SigV4Options } from './typed/sigv4.ts'
