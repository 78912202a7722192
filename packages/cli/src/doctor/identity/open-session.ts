import { type AuthProvider, AuthRegistry, type ProviderSource } from '@headgate/auth'
import type { DoctorContext } from '../context.ts'
import type { Diagnosis } from '../finding.ts'
import { diagnoseTokenError } from './diagnose-token-error.ts'
import { findExchangeEndpoint } from './exchange-token.ts'
import { isUnencrypted, plainClient } from './plain-client.ts'
import { staticToken } from './static-token.ts'
import { readTokenFacts, type TokenFacts } from './token-facts.ts'
import { findTokenClient } from './token-request.ts'

/**
 * Creates the auth provider that authenticates requests like the engine, and stores the claims of its token for later
 * layers.
 */
export async function openSession(
  context: DoctorContext,
  loginProvider: ProviderSource,
): Promise<Diagnosis | null> {
  const { learned, redactor, fact } = context
  try {
    const auth = await openProvider(context, loginProvider)
    learned.auth = auth
    const token = await auth.token?.({ signal: context.signal })
    if (token === undefined) return null
    const value = token.value.reveal()
    redactor.add(value)
    learned.tokenValue = token.value
    learned.token = withExpiry(readTokenFacts(value), token.expiresAt)
    const life = token.expiresAt === undefined ? null : Math.round((token.expiresAt - Date.now()) / 1_000)
    fact(life === null ? 'a token was issued' : `the token is valid for ${life} s`)
    return null
  } catch (error) {
    return await diagnoseTokenError(context, error)
  }
}

/** Creates the auth provider that authenticates requests like the engine. */
async function openProvider(context: DoctorContext, loginProvider: ProviderSource): Promise<AuthProvider> {
  const { settings, env, fetch, signal, options, authWarnings, closeLater } = context
  const client = findTokenClient(settings)
  if (client !== null && isUnencrypted(client.endpoint)) return plainClient(context, client)
  const { token } = settings.auth
  const endpoint = findExchangeEndpoint(settings)
  if (typeof token === 'string' && endpoint !== null && isUnencrypted(endpoint)) return staticToken(token)
  const registry = new AuthRegistry()
  registry.register('login', loginProvider)
  const auth = await registry.create(settings.auth, {
    uri: settings.uri,
    env,
    fetch,
    signal,
    initializeTimeoutMs: options.stepMs,
    warn: (text) => void authWarnings.push(text),
  })
  closeLater(auth)
  return auth
}

/** Returns the claims of a token with the expiry from the token response, if the token itself contains no expiry. */
const withExpiry = (facts: TokenFacts, expiresAt: number | undefined): TokenFacts => ({
  ...facts,
  expiresAt: facts.expiresAt ?? (facts.readable ? undefined : expiresAt),
})
