import {
  ClientSecretBasic,
  ClientSecretJwt,
  ClientSecretPost,
  modifyAssertion,
  None,
  PrivateKeyJwt,
  type ClientAuth,
} from 'oauth4webapi'
import type { WaitOptions } from '@headgate/http'
import { wrongProperty } from '../properties/wrong-property.ts'
import { Secret } from '../secret.ts'
import type { Server } from './authorization-server.ts'
import type { ClientSettings } from './client-settings.ts'
import type { OAuthSettings } from './oauth-settings.ts'
import type { ClientAuthMethod } from './oauth-values.ts'
import { importPrivateKey, signatureAlgorithms } from './private-key.ts'
import { profiles } from './profiles.ts'
import type { JwtKey } from './sign-jwt.ts'
import type { TokenSource } from './token-source.ts'
import { readTextFile } from '../needs-node.ts'

const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

/** Client authentication in one token request: a secret, an assertion or no credentials. */
export interface RequestAuth {
  readonly method: string
  readonly auth: ClientAuth
}

/** Prepares the authentication of the client for one request. Files are read each time, because they may change. */
export type ClientAuthenticator = (server: Server, wait: WaitOptions) => Promise<RequestAuth>

/**
 * Creates the function that authenticates an OAuth client in token requests.
 *
 * @throws {AuthError} configuration, if a property is set that the method does not use, or a required property is
 *   missing
 */
export function clientAuthenticator(
  settings: OAuthSettings,
  assertion: TokenSource | undefined,
): ClientAuthenticator {
  const { client, prefix, profile } = settings
  const isAnonymous = profiles[profile].clientAuth === 'anonymous' && client.method === undefined
  const method = client.method ?? inferMethod(client)
  checkClient(client, method, prefix, isAnonymous)
  return async (server, wait) => {
    if (isAnonymous) return { method: 'none', auth: () => {} }
    const secret = async (): Promise<string> => (await readSecret(client, prefix, wait)).reveal()
    switch (method) {
      case 'none':
        return { method, auth: None() }
      case 'client_secret_post':
        return { method, auth: ClientSecretPost(await secret()) }
      case 'client_secret_jwt':
        return { method, auth: ClientSecretJwt(await secret(), changeAssertion(settings, server)) }
      case 'client_assertion': {
        const token = await assertion?.(wait)
        return { method, auth: presentAssertion(token?.value.reveal() ?? '') }
      }
      case 'private_key_jwt': {
        const { key, header, algorithm } = await readKey(client, prefix)
        const changes = changeAssertion(settings, server, { ...header, alg: algorithm })
        return { method, auth: PrivateKeyJwt(key, changes) }
      }
      case 'client_secret_basic':
      case undefined:
        break
    }
    const usesPost = method === undefined && prefersPost(server, profile)
    const auth = (usesPost ? ClientSecretPost : ClientSecretBasic)(await secret())
    return { method: usesPost ? 'client_secret_post' : 'client_secret_basic', auth }
  }
}

/**
 * Returns the client authentication method that the properties imply. Returns undefined for a client secret: the
 * metadata of the server then determines the method.
 */
function inferMethod(client: ClientSettings): ClientAuthMethod | undefined {
  if (client.jwt.privateKey !== undefined) return 'private_key_jwt'
  if (client.assertion !== undefined) return 'client_assertion'
  return client.secret !== undefined || client.secretFile !== undefined ? undefined : 'none'
}

function checkClient(
  client: ClientSettings,
  method: ClientAuthMethod | undefined,
  prefix: string,
  isAnonymous: boolean,
): void {
  const { jwt, secret, secretFile, assertion } = client
  if (client.id === undefined && !isAnonymous)
    throw wrongProperty(prefix, 'client-id', 'set this property to the id of the client')
  if (secret !== undefined && secretFile !== undefined) {
    throw wrongProperty(prefix, 'client-secret-file', 'set this property or client-secret, not both')
  }
  const usesSecret = method === undefined || method.startsWith('client_secret_')
  const hasSecret = secret !== undefined || secretFile !== undefined
  if (usesSecret && !hasSecret)
    throw wrongProperty(prefix, 'client-secret', `client-auth=${method} requires this property`)
  if (!usesSecret && hasSecret)
    throw wrongProperty(
      prefix,
      'client-secret',
      `client-auth=${method} does not use this property: remove it`,
    )
  const checkUse = (value: unknown, name: string, user: ClientAuthMethod): void => {
    if (method === user && value === undefined)
      throw wrongProperty(prefix, name, `client-auth=${user} requires this property`)
    if (method !== user && value !== undefined)
      throw wrongProperty(prefix, name, `only client-auth=${user} uses this property: remove it`)
  }
  checkUse(jwt.privateKey, 'client-auth.jwt.private-key', 'private_key_jwt')
  checkUse(assertion, 'client-auth.assertion-file', 'client_assertion')
  const algorithms = method === 'client_secret_jwt' ? ['HS256'] : signatureAlgorithms
  if (jwt.algorithm !== undefined && !algorithms.includes(jwt.algorithm)) {
    throw wrongProperty(prefix, 'client-auth.jwt.algorithm', `set one of ${algorithms.join(', ')}`)
  }
}

async function readSecret(client: ClientSettings, prefix: string, wait: WaitOptions): Promise<Secret> {
  if (client.secret !== undefined) return client.secret
  return new Secret((await readTextFile(client.secretFile ?? '', `${prefix}client-secret-file`, wait)).trim())
}

function prefersPost({ metadata }: Server, profile: OAuthSettings['profile']): boolean {
  if (profiles[profile].clientAuth === 'client_secret_post') return true
  const methods = metadata.token_endpoint_auth_methods_supported
  return (
    methods !== undefined &&
    !methods.includes('client_secret_basic') &&
    methods.includes('client_secret_post')
  )
}

async function readKey(client: ClientSettings, prefix: string): Promise<JwtKey> {
  const property = `${prefix}client-auth.jwt.private-key`
  const keyOrPath = client.jwt.privateKey?.reveal() ?? ''
  const isKey = /^\s*(-----BEGIN|\{)/.test(keyOrPath)
  const text = isKey ? keyOrPath : await readTextFile(keyOrPath.trim(), property)
  const key = await importPrivateKey(text, client.jwt.algorithm, property)
  return client.jwt.keyId === undefined ? key : { ...key, header: { ...key.header, kid: client.jwt.keyId } }
}

/**
 * Returns a function that changes the JWT assertion of the client before it is signed: header, audience, expiry and
 * additional claims.
 */
function changeAssertion(
  { client, profile }: OAuthSettings,
  { metadata, discovered }: Server,
  keyHeader: Readonly<Record<string, string>> = {},
): { [modifyAssertion]: (header: object, claims: { iat?: unknown; aud?: unknown }) => void } {
  return {
    [modifyAssertion]: (header, claims) => {
      Object.assign(header, keyHeader, client.jwt.header)
      const isForEndpoint = !discovered || profiles[profile].assertionAudience === 'token-endpoint'
      Object.assign(claims, {
        ...(isForEndpoint ? { aud: metadata.token_endpoint } : {}),
        exp: Number(claims.iat) + Math.ceil(client.jwt.lifespanMs / 1_000),
        ...client.jwt.claims,
      })
    },
  }
}

/** Authenticates the client with a JWT assertion that another issuer signed, such as Kubernetes or a cloud. */
function presentAssertion(assertion: string): ClientAuth {
  return (_, client, body) => {
    body.set('client_id', client.client_id)
    body.set('client_assertion_type', ASSERTION_TYPE)
    body.set('client_assertion', assertion)
  }
}
