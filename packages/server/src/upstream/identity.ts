import { z } from 'zod'

/**
 * Identity modes: ways in which requests to the upstream catalog are authenticated.
 *
 * - `service`: with the service account of the warehouse, for all callers
 * - `assert`: with a JWT that the server mints for the user, or with a credential that another service issues
 *   for it
 * - `exchange`: with a credential that a token endpoint issues for the user's own token of a configured
 *   issuer
 * - `forward`: with the user's own token of a configured issuer, if the token's audience contains the
 *   upstream catalog
 */
export const identityModes = ['service', 'assert', 'exchange', 'forward'] as const

export type IdentityMode = (typeof identityModes)[number]

/** Settings for the identity with which the server sends requests to the upstream catalog. */
export interface IdentitySettings {
  readonly mode: IdentityMode
  readonly audience?: string | undefined
  readonly subject?: 'subject' | 'login' | undefined
  readonly groups?: boolean | undefined
}

export const identitySettings: z.ZodType<IdentitySettings> = z
  .strictObject({
    mode: z
      .enum(identityModes)
      .describe(
        'Identity of requests to the upstream. service: the account in auth and secrets. assert: a JWT that the server mints for the user, for 5 minutes. exchange: a token that a token endpoint issues for the token of the user. forward: the token of the user itself.',
      ),
    audience: z
      .string()
      .min(1)
      .max(2048)
      .optional()
      .describe(
        'Audience (aud) of the JWT that the server mints (assert), of the exchanged token (exchange), or of tokens that are forwarded (forward). Required for assert and forward.',
      ),
    subject: z
      .enum(['subject', 'login'])
      .optional()
      .describe(
        'Claim sub of the JWT that the server mints. subject: the name of a principal of this server; for other principals, issuer and subject, separated by #. login: the name with which the user signs in at its issuer. Default: subject.',
      ),
    groups: z
      .boolean()
      .optional()
      .describe('True: the JWT that the server mints contains the groups of the user. Default: false.'),
  })
  .meta({ id: 'UpstreamIdentity' })

/** Returns the identity mode of the settings. Default: `service`. */
export function identityMode({
  identity,
}: {
  readonly identity?: IdentitySettings | undefined
}): IdentityMode {
  return identity?.mode ?? 'service'
}
