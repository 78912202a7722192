import { hash } from 'node:crypto'
import { HeadgateError } from '@headgate/errors'
import { isLoopback } from '@headgate/storage'
import { z } from 'zod'
import { toAttemptKey } from '../operation/forwarded.ts'
import type { ProvenIdentity } from '../proven-identity.ts'
import type { Attempts } from '../oauth/attempts.ts'
import { authenticateClient } from '../oauth/clients.ts'
import { invalidClient } from '../oauth/token-errors.ts'
import type { TokenDeps } from '../oauth/token-deps.ts'
import { redeemConsoleCode } from '../sessions/console-sessions.ts'

/** Proof with which a browser signs in: the code of `headgate console`, or the secret of a client. */
export type SignIn = z.output<typeof signInSchema>

export const signInSchema: z.ZodType<
  { readonly code: string } | { readonly clientId: string; readonly clientSecret: string }
> = z.union([
  z.strictObject({ code: z.string().max(128) }),
  z.strictObject({ clientId: z.string().min(1).max(256), clientSecret: z.string().min(1).max(1_024) }),
])

export interface SignInDeps {
  readonly tokens: Pick<TokenDeps, 'sql' | 'sessions' | 'external' | 'sessionSeconds' | 'now'>
  /** Limits failed attempts, together with those at the token endpoint. */
  readonly attempts: Attempts
}

/**
 * Authenticates a browser.
 *
 * @param address address of the browser
 * @throws HeadgateError `invalid-client`, `too-many-requests`
 */
export async function authenticateBrowser(
  { tokens, attempts }: SignInDeps,
  proof: SignIn,
  address: string,
): Promise<ProvenIdentity> {
  const key = toAttemptKey(address)
  if ('code' in proof) {
    refuseRemote(address)
    return attempts.run({ address: key, client: 'console code', secret: null }, async () => {
      const identity = await redeemConsoleCode(tokens.sql, proof.code)
      if (identity !== null) return identity
      throw invalidClient('the code is unknown, was used before, or has expired')
    })
  }
  const { clientId, clientSecret: secret } = proof
  const digest = hash('sha256', secret, 'base64url')
  const { identity } = await attempts.run({ address: key, client: clientId, secret: digest }, () =>
    authenticateClient(tokens, { kind: 'secret', id: clientId, secret }),
  )
  return identity
}

/**
 * Refuses codes outside of the machine of the server. A code is in a URL, so an attacker could otherwise sign others in
 * with a link.
 *
 * @throws HeadgateError `forbidden`
 */
export function refuseRemote(address: string): void {
  if (isLoopback(address)) return
  throw new HeadgateError(
    'forbidden',
    'headgate console works only on the machine of the server. Sign in with a client id and secret.',
  )
}
