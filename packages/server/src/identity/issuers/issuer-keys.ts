import { createRemoteJWKSet, customFetch, type JWTVerifyGetKey } from 'jose'
import { fetchJson, IssuerUnreachable } from './fetch-json.ts'
import type { Issuer } from './issuer.ts'
import { type Metadata, readMetadata } from './metadata.ts'
import { renewed } from './renewed.ts'

/** Ms. Keys are read again when they are that old: a key that was taken away is good no longer. */
const keysMaxAge = 600_000
/** Ms. A token with an unknown key makes nobody ask more often than that. */
const keysCoolDown = 10_000
const metadataMaxAge = 3_600_000
const failureCoolDown = 2_000

/** What has to be asked of one issuer. */
export interface IssuerKeys {
  /** Keys by what the configuration says, never by what a token's header says. */
  readonly key: JWTVerifyGetKey
  /** @throws IssuerUnreachable */
  introspectionEndpoint(): Promise<string>
  /** Where its metadata say that tokens are asked for. @throws IssuerUnreachable */
  tokenEndpoint(): Promise<string>
}

export function issuerKeys({ issuer, keys, introspection }: Issuer): IssuerKeys {
  const metadata = renewed<Metadata>({
    maxAgeMs: metadataMaxAge,
    coolDownMs: failureCoolDown,
    load: () =>
      keys.from === 'metadata'
        ? readMetadata(issuer, keys.uri)
        : Promise.resolve({ jwksUri: null, introspectionEndpoint: null, tokenEndpoint: null }),
  })
  let current: { readonly uri: string; readonly set: JWTVerifyGetKey } | undefined

  async function keySet(): Promise<JWTVerifyGetKey> {
    const uri = keys.from === 'uri' ? keys.uri : (await metadata()).jwksUri
    if (uri === null) throw new IssuerUnreachable(`The metadata of ${issuer} names no jwks_uri`)
    if (current?.uri !== uri) current = { uri, set: remoteKeys(uri) }
    return current.set
  }

  return {
    key: async (header, token) => (await keySet())(header, token),
    async introspectionEndpoint() {
      const endpoint = introspection?.endpoint ?? (await metadata()).introspectionEndpoint
      if (endpoint !== null) return endpoint
      throw new IssuerUnreachable(`The metadata of ${issuer} names no introspection_endpoint`)
    },
    async tokenEndpoint() {
      const { tokenEndpoint } = await metadata()
      if (tokenEndpoint !== null) return tokenEndpoint
      throw new IssuerUnreachable(`The metadata of ${issuer} names no token_endpoint`)
    },
  }
}

/** The set of jose, whose single flight, age and cool-down are what is wanted; it reads through us, so that answers are bounded. */
function remoteKeys(uri: string): JWTVerifyGetKey {
  let failed: { readonly error: unknown; readonly at: number } | undefined
  return createRemoteJWKSet(new URL(uri), {
    cacheMaxAge: keysMaxAge,
    cooldownDuration: keysCoolDown,
    async [customFetch](url) {
      if (failed !== undefined && performance.now() - failed.at < failureCoolDown) throw failed.error
      try {
        const keys = await fetchJson(url)
        if (!Array.isArray(keys['keys'])) throw new IssuerUnreachable(`${url} answered no key set`)
        failed = undefined
        return Response.json(keys)
      } catch (error) {
        failed = { error, at: performance.now() }
        throw error
      }
    },
  })
}
