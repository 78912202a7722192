import { createPrivateKey } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { ContextOptions } from '../../context-options.ts'
import { ConfigError } from '../config-error.ts'
import { Secret } from '../secret.ts'
import { readSecret } from '../secrets.ts'
import type { LegClientEntry, SecondLegEntry } from './second-leg-schema.ts'

type SecondLeg = NonNullable<ContextOptions['issuers'][number]['secondLeg']>
type Client = NonNullable<SecondLeg['client']>
type Environment = Readonly<Record<string, string | undefined>>

const typeUrn = 'urn:ietf:params:oauth:token-type:'
const defaultTimeoutSeconds = 5

/**
 * Returns the options for the second leg of an issuer: the token exchange in which Headgate requests a token from the
 * issuer. `second-leg-contradictions.ts` has checked the entry before.
 *
 * @throws ConfigError when the secret or the key of a client is missing or cannot be read
 */
export function readSecondLeg(entry: SecondLegEntry, issuer: string, environment: Environment): SecondLeg {
  const { profile, clientId, subjectAudience, requestedTokenType, next } = entry
  const client = clientId === undefined ? null : readClient(entry, profile, clientId, issuer, environment)
  return {
    profile,
    tokenEndpoint: entry.tokenEndpoint ?? null,
    client,
    target: toTarget(entry),
    subjectAudiences: subjectAudience ?? (clientId === undefined ? [] : [clientId]),
    requestedTokenType: requestedTokenType === undefined ? null : typeUrn + requestedTokenType,
    answer: profile === 'google-sts' ? 'opaque' : 'verified',
    timeoutMs: (entry.timeoutSeconds ?? defaultTimeoutSeconds) * 1_000,
    next:
      next === undefined
        ? null
        : {
            issuer: next.issuer,
            tokenEndpoint: next.tokenEndpoint ?? null,
            client: readClient(next, profile, next.clientId ?? '', next.issuer, environment),
            target: toTarget(next),
          },
  }
}

function readClient(
  entry: LegClientEntry,
  profile: SecondLeg['profile'],
  id: string,
  issuer: string,
  environment: Environment,
): Client {
  const { privateKeyFile, clientSecretEnv, clientSecretFile = null, clientAuth } = entry
  if (privateKeyFile !== undefined) {
    const { keyId = null, algorithm = null, assertionAudience: audience = null } = entry
    const key = new Secret(readPrivateKey(privateKeyFile, issuer))
    return { id, proof: { method: 'private_key_jwt', key, keyId, algorithm, audience } }
  }
  const value = clientSecretEnv === undefined ? undefined : environment[clientSecretEnv]
  const secret = readSecret(
    value === undefined || value === '' ? null : new Secret(value),
    clientSecretFile,
    `clientSecretFile in the secondLeg of ${issuer}`,
  )
  if (secret === null)
    throw new ConfigError([
      `The environment variable ${clientSecretEnv} with the client secret for the secondLeg of ${issuer} is not set.`,
    ])
  const defaultMethod =
    profile === 'entra' || profile === 'auth0' ? 'client_secret_post' : 'client_secret_basic'
  const method = clientAuth === undefined || clientAuth === 'private_key_jwt' ? defaultMethod : clientAuth
  return { id, proof: { method, secret } }
}

function readPrivateKey(path: string, issuer: string): string {
  const subject = `The privateKeyFile in the secondLeg of ${issuer}`
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new ConfigError([`${subject} cannot be read: ${reason}.`], { cause })
  }
  if (isPrivateKey(text)) return text
  throw new ConfigError([
    `${subject} does not contain a usable private key: it must be PKCS #8 as PEM (-----BEGIN PRIVATE KEY-----), or a JWK.`,
  ])
}

function isPrivateKey(text: string): boolean {
  try {
    if (text.trimStart().startsWith('{')) createPrivateKey({ key: JSON.parse(text), format: 'jwk' })
    else createPrivateKey(text)
    return /^\s*\{|-----BEGIN PRIVATE KEY-----/.test(text)
  } catch {
    return false
  }
}

function toTarget({ audience, resource, scope, parameters }: LegClientEntry): SecondLeg['target'] {
  return {
    audiences: audience ?? [],
    resources: resource ?? [],
    scope: scope ?? null,
    parameters: parameters ?? {},
  }
}
