import { generateKeyPairSync } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Keycloak } from '../../conformance/lib/keycloak.ts'
import { idClaim, partnerIssuer } from './partner-realm.ts'

export interface LegIssuers {
  readonly issuers: readonly object[]
  /** Public key (JWK) by which Headgate authenticates at the realm `partner`. */
  readonly partnerKey: Readonly<Record<string, unknown>>
}

/**
 * Returns the issuer settings of a server that exchanges users' tokens at Keycloak. It exchanges tokens of the realm
 * `lakehouse` by the standard token exchange, and tokens of the realm `partner` in two steps (identity chaining). The
 * settings use three methods of client authentication: Basic, a signed assertion, and a secret in the form.
 */
export function legIssuers(keycloak: Keycloak, folder: string): LegIssuers {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const privateKeyFile = join(folder, 'headgate-at-partner.pem')
  writeFileSync(privateKeyFile, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 })
  const partnerKey = { ...publicKey.export({ format: 'jwk' }), kid: 'headgate', alg: 'RS256', use: 'sig' }
  const client = { clientId: 'headgate', clientSecretEnv: 'HEADGATE_AT_KEYCLOAK' }
  const usual = { preset: 'keycloak', audience: 'catalog' }
  const issuers = [
    {
      ...usual,
      issuer: keycloak.issuer,
      actors: ['trino'],
      clients: ['app'],
      secondLeg: { profile: 'keycloak', ...client, audience: 'catalog' },
    },
    {
      ...usual,
      issuer: partnerIssuer(keycloak),
      claims: { subject: idClaim },
      secondLeg: {
        profile: 'chained',
        clientId: 'headgate',
        privateKeyFile,
        keyId: 'headgate',
        requestedTokenType: 'access_token',
        next: { issuer: keycloak.issuer, ...client, clientAuth: 'client_secret_post' },
      },
    },
  ]
  return { issuers, partnerKey }
}
