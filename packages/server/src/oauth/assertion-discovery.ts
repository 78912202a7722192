import type { IncomingMessage } from 'node:http'
import { HeadgateError } from '@headgate/errors'
import { assertionIssuer } from '../keys/assertion-keys.ts'
import type { KeyRing } from '../keys/key-ring.ts'
import { publicKeys, type PublicJwk } from '../keys/public-keys.ts'
import { assertionPurpose } from '../keys/ring-key.ts'
import type { OpenOperation } from '../operation/open-operation.ts'
import type { Response } from '../operation/operation.ts'

/**
 * Time in seconds for which clients may cache the documents. It equals the cache time of the public keys of session
 * tokens.
 */
const maxAge = 60

/**
 * Returns the operations that serve the discovery document and the public keys of the issuer of each upstream warehouse
 * (OpenID Connect Discovery 1.0 section 4, RFC 7517). An issuer exists when the server has created its key. The operations
 * read only the key ring in memory, so that callers without authentication cause no query.
 */
export function assertionDiscovery({
  publicUrl,
  ring,
}: {
  readonly publicUrl: string
  readonly ring: KeyRing
}): OpenOperation[] {
  const keysOf = (warehouseId: string): readonly PublicJwk[] => {
    const keys = publicKeys(ring, assertionPurpose(warehouseId))
    if (keys.length > 0) return keys
    throw new HeadgateError('no-such-object', 'No upstream warehouse with this id issues assertions.')
  }
  return [
    document('getAssertionIssuer', '.well-known/openid-configuration', (id) => {
      keysOf(id)
      const issuer = assertionIssuer(publicUrl, id)
      return {
        issuer,
        jwks_uri: `${issuer}/jwks.json`,
        response_types_supported: ['id_token'],
        subject_types_supported: ['public'],
        id_token_signing_alg_values_supported: ['ES256'],
        claims_supported: ['iss', 'sub', 'aud', 'exp', 'iat', 'jti', 'name', 'act', 'groups'],
      }
    }),
    document('getAssertionKeys', 'jwks.json', (id) => ({ keys: keysOf(id) })),
  ]
}

function document(id: string, path: string, content: (warehouseId: string) => object): OpenOperation {
  const headers = { 'content-type': 'application/json', 'cache-control': `public, max-age=${maxAge}` }
  const open = async ({ url = '' }: IncomingMessage): Promise<Response> => {
    const [, , warehouseId = ''] = url.split('/')
    return await Promise.resolve({ status: 200, headers, body: JSON.stringify(content(warehouseId)) })
  }
  return { id, method: 'GET', path: `/assertions/:warehouse/${path}`, open }
}
