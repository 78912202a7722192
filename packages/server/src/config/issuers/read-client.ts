import { createPrivateKey } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { ContextOptions } from '../../context-options.ts'
import { ConfigError } from '../config-error.ts'
import { Secret } from '../secret.ts'
import { readSecret } from '../secrets.ts'
import type { ClientEntry } from './client-schema.ts'

/** Id and credential of this server as a client of an issuer. */
export type IssuerClient = NonNullable<NonNullable<ContextOptions['issuers'][number]['secondLeg']>['client']>

interface ReadOptions {
  /** Names the setting in error messages. */
  readonly where: string
  /** Sends a secret in the body by default, as some products require. */
  readonly usesPost: boolean
  /** Environment variables, one of which can contain the secret. */
  readonly environment: Readonly<Record<string, string | undefined>>
}

/**
 * Reads the credential of a client.
 *
 * @throws ConfigError when the secret or the key is missing or cannot be read
 */
export function readClient(
  entry: ClientEntry,
  id: string,
  { where, usesPost, environment }: ReadOptions,
): IssuerClient {
  const { privateKeyFile, clientSecretEnv, clientSecretFile = null, clientAuth } = entry
  if (privateKeyFile !== undefined) {
    const { keyId = null, algorithm = null, assertionAudience: audience = null } = entry
    const key = new Secret(readPrivateKey(privateKeyFile, where))
    return { id, proof: { method: 'private_key_jwt', key, keyId, algorithm, audience } }
  }
  const value = clientSecretEnv === undefined ? undefined : environment[clientSecretEnv]
  const secret = readSecret(
    value === undefined || value === '' ? null : new Secret(value),
    clientSecretFile,
    `clientSecretFile in ${where}`,
  )
  if (secret === null)
    throw new ConfigError([
      `The environment variable ${clientSecretEnv} with the client secret for ${where} is not set.`,
    ])
  const defaultMethod = usesPost ? 'client_secret_post' : 'client_secret_basic'
  const method = clientAuth === undefined || clientAuth === 'private_key_jwt' ? defaultMethod : clientAuth
  return { id, proof: { method, secret } }
}

function readPrivateKey(path: string, where: string): string {
  const subject = `The privateKeyFile in ${where}`
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
