export { AuthError, authReasons, isAuthError, type AuthErrorOptions, type AuthReason } from './auth-error.ts'
export type { AuthProvider, ReadyProvider, WaitOptions } from './auth-provider.ts'
export type { AuthBody, AuthRequest, AuthResponse, StreamedBody } from './auth-request.ts'
export { chain, type Source } from './chain.ts'
export { digestKey, type KeyPart, type KeyParts } from './digest-key.ts'
export {
  headerValue,
  headerValues,
  joinHeaders,
  withHeaders,
  withoutHeaders,
  type HeaderList,
} from './header-list.ts'
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
export { failureCode, neverSent } from './connection-failure.ts'
export { fileTokens } from './file-tokens.ts'
export { keepIdentity, type Party, type Provenance } from './provenance.ts'
export {
  defineProvider,
  type Fetch,
  type ProviderContext,
  type ProviderDefinition,
  type ProviderFactory,
  type ProviderSource,
} from './provider-definition.ts'
export type { BrowserPrompt, DevicePrompt, Prompts } from './prompts.ts'
export { AuthRegistry, type CreateOptions, type RegistryOptions } from './registry.ts'
export { retryAfterMs } from './retry-after.ts'
export { LONGEST_WAIT_MS, mayHaveHappened, retryPolicy, type RetryPolicyOptions } from './retry-policy.ts'
export { Secret } from './secret.ts'
export { send, type Attempt, type OutgoingRequest, type SendOptions } from './send.ts'
export { SessionCache, type SessionCacheOptions } from './session-cache.ts'
export { checkToken, headerOf, tokenAuth, type TokenAuthOptions } from './token-auth.ts'
export { jwtExpiry } from './token-expiry.ts'
export { timeLimit } from './time-limit.ts'
export { tokenTypes, type Token } from './token.ts'
export {
  fetchTransport,
  type BodySource,
  type FetchTransportOptions,
  type OutgoingBody,
  type Transport,
} from './transport.ts'
export { wireUrl } from './wire-url.ts'
