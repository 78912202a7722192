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
import { privateKey, signatureAlgorithms } from './private-key.ts'
import { profiles } from './profiles.ts'
import type { JwtKey } from './sign-jwt.ts'
import type { TokenSource } from './token-source.ts'
import { readTextFile } from '../needs-node.ts'

const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

/** How the client proves who it is, anew for each request: files may have changed. */
export type ClientProof = (
  server: Server,
  wait: WaitOptions,
) => Promise<{ readonly method: string; readonly auth: ClientAuth }>

/** @throws AuthError when what the method needs is missing, or when there is something that no method uses. */
export function clientProof(settings: OAuthSettings, assertion: TokenSource | undefined): ClientProof {
  const { client, prefix, profile } = settings
  const anonymous = profiles[profile].clientAuth === 'anonymous' && client.method === undefined
  const method = client.method ?? inferMethod(client)
  checkClient(client, method, prefix, anonymous)
  return async (server, wait) => {
    if (anonymous) return { method: 'none', auth: () => {} }
    const secret = async (): Promise<string> => (await secretOf(client, prefix, wait)).reveal()
    switch (method) {
      case 'none':
        return { method, auth: None() }
      case 'client_secret_post':
        return { method, auth: ClientSecretPost(await secret()) }
      case 'client_secret_jwt':
        return { method, auth: ClientSecretJwt(await secret(), modified(settings, server)) }
      case 'client_assertion': {
        const token = await assertion?.(wait)
        return { method, auth: presented(token?.value.reveal() ?? '') }
      }
      case 'private_key_jwt': {
        const { key: own, header, algorithm } = await readKey(client, prefix)
        return { method, auth: PrivateKeyJwt(own, modified(settings, server, { ...header, alg: algorithm })) }
      }
      case 'client_secret_basic':
      case undefined:
        break
    }
    const post = method === undefined && prefersPost(server, profile)
    const auth = (post ? ClientSecretPost : ClientSecretBasic)(await secret())
    return { method: post ? 'client_secret_post' : 'client_secret_basic', auth }
  }
}

/** Undefined: with the secret, in the way that the server likes. */
function inferMethod(client: ClientSettings): ClientAuthMethod | undefined {
  if (client.jwt.privateKey !== undefined) return 'private_key_jwt'
  if (client.assertion !== undefined) return 'client_assertion'
  return client.secret !== undefined || client.secretFile !== undefined ? undefined : 'none'
}

function checkClient(
  client: ClientSettings,
  method: ClientAuthMethod | undefined,
  prefix: string,
  anonymous: boolean,
): void {
  const { jwt, secret, secretFile, assertion } = client
  if (client.id === undefined && !anonymous)
    throw wrongProperty(prefix, 'client-id', 'set it: the id of the client')
  if (secret !== undefined && secretFile !== undefined) {
    throw wrongProperty(prefix, 'client-secret-file', 'set it or client-secret')
  }
  const wantsSecret = method === undefined || method.startsWith('client_secret_')
  const hasSecret = secret !== undefined || secretFile !== undefined
  if (wantsSecret && !hasSecret)
    throw wrongProperty(prefix, 'client-secret', `client-auth=${method} needs it`)
  if (!wantsSecret && hasSecret)
    throw wrongProperty(prefix, 'client-secret', `client-auth=${method} does not use it`)
  const wants = (given: unknown, name: string, by: ClientAuthMethod): void => {
    if (method === by && given === undefined) throw wrongProperty(prefix, name, `client-auth=${by} needs it`)
    if (method !== by && given !== undefined)
      throw wrongProperty(prefix, name, `only client-auth=${by} uses it`)
  }
  wants(jwt.privateKey, 'client-auth.jwt.private-key', 'private_key_jwt')
  wants(assertion, 'client-auth.assertion-file', 'client_assertion')
  const algorithms = method === 'client_secret_jwt' ? ['HS256'] : signatureAlgorithms
  if (jwt.algorithm !== undefined && !algorithms.includes(jwt.algorithm)) {
    throw wrongProperty(prefix, 'client-auth.jwt.algorithm', `it must be one of ${algorithms.join(', ')}`)
  }
}

async function secretOf(client: ClientSettings, prefix: string, wait: WaitOptions): Promise<Secret> {
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
  const given = client.jwt.privateKey?.reveal() ?? ''
  const text = /^\s*(-----BEGIN|\{)/.test(given) ? given : await readFile(given, property)
  const key = await privateKey(text, client.jwt.algorithm, property)
  return client.jwt.keyId === undefined ? key : { ...key, header: { ...key.header, kid: client.jwt.keyId } }
}

async function readFile(path: string, property: string): Promise<string> {
  return await readTextFile(path.trim(), property)
}

/** The client's own statement, with what the configuration and the product want changed in it. */
function modified(
  { client, profile }: OAuthSettings,
  { metadata, discovered }: Server,
  header: Readonly<Record<string, string>> = {},
): { [modifyAssertion]: (header: object, claims: { iat?: unknown; aud?: unknown }) => void } {
  return {
    [modifyAssertion]: (head, claims) => {
      Object.assign(head, header, client.jwt.header)
      const atEndpoint = !discovered || profiles[profile].assertionAudience === 'token-endpoint'
      Object.assign(claims, {
        ...(atEndpoint ? { aud: metadata.token_endpoint } : {}),
        exp: Number(claims.iat) + Math.ceil(client.jwt.lifespanMs / 1_000),
        ...client.jwt.claims,
      })
    },
  }
}

/** A statement that somebody else made: Kubernetes, a cloud, another issuer. */
function presented(assertion: string): ClientAuth {
  return (_, client, body) => {
    body.set('client_id', client.client_id)
    body.set('client_assertion_type', ASSERTION_TYPE)
    body.set('client_assertion', assertion)
  }
}
