import { createRemoteJWKSet, customFetch, type JWTVerifyGetKey } from 'jose'
import { fetchJson, IssuerUnreachable } from './fetch-json.ts'
import type { Issuer } from './issuer.ts'
import { type Metadata, readMetadata } from './metadata.ts'
import { renewed } from './renewed.ts'

/** Age in ms at which keys are loaded again, so that a removed key becomes invalid. */
const keysMaxAge = 600_000
/** Minimum time in ms between two loads that unknown key ids cause. */
const keysCoolDown = 10_000
const metadataMaxAge = 3_600_000
const failureCoolDown = 2_000

const noMetadata: Metadata = {
  jwksUri: null,
  introspectionEndpoint: null,
  tokenEndpoint: null,
  authorizationEndpoint: null,
  endSessionEndpoint: null,
  revocationEndpoint: null,
  sendsIssuer: false,
}

/** Endpoints and keys of one issuer. */
export interface IssuerKeys {
  /**
   * Finds the key for a token. Keys are loaded from the configured URL, never from a URL in the header of a
   * token.
   */
  readonly key: JWTVerifyGetKey
  /**
   * Returns the metadata of the issuer.
   *
   * @throws IssuerUnreachable
   */
  metadata(): Promise<Metadata>
  /**
   * Returns the introspection endpoint from the metadata of the issuer.
   *
   * @throws IssuerUnreachable
   */
  introspectionEndpoint(): Promise<string>
  /**
   * Returns the token endpoint from the metadata of the issuer.
   *
   * @throws IssuerUnreachable
   */
  tokenEndpoint(): Promise<string>
}

export function issuerKeys({ issuer, keys, introspection }: Issuer): IssuerKeys {
  const metadata = renewed<Metadata>({
    maxAgeMs: metadataMaxAge,
    coolDownMs: failureCoolDown,
    load: () => (keys.from === 'metadata' ? readMetadata(issuer, keys.uri) : Promise.resolve(noMetadata)),
  })
  let current: { readonly uri: string; readonly set: JWTVerifyGetKey } | undefined

  async function keySet(): Promise<JWTVerifyGetKey> {
    const uri = keys.from === 'uri' ? keys.uri : (await metadata()).jwksUri
    if (uri === null) throw new IssuerUnreachable(`The metadata of ${issuer} contains no jwks_uri`)
    if (current?.uri !== uri) current = { uri, set: remoteKeys(uri) }
    return current.set
  }

  return {
    key: async (header, token) => (await keySet())(header, token),
    metadata,
    async introspectionEndpoint() {
      const endpoint = introspection?.endpoint ?? (await metadata()).introspectionEndpoint
      if (endpoint !== null) return endpoint
      throw new IssuerUnreachable(`The metadata of ${issuer} contains no introspection_endpoint`)
    },
    async tokenEndpoint() {
      const { tokenEndpoint } = await metadata()
      if (tokenEndpoint !== null) return tokenEndpoint
      throw new IssuerUnreachable(`The metadata of ${issuer} contains no token_endpoint`)
    },
  }
}

/**
 * Returns a key set of jose, which shares concurrent loads and limits their frequency. It loads keys through
 * `fetchJson`, which limits the time and size of responses.
 */
function remoteKeys(uri: string): JWTVerifyGetKey {
  let failed: { readonly error: unknown; readonly at: number } | undefined
  return createRemoteJWKSet(new URL(uri), {
    cacheMaxAge: keysMaxAge,
    cooldownDuration: keysCoolDown,
    async [customFetch](url) {
      if (failed !== undefined && performance.now() - failed.at < failureCoolDown) throw failed.error
      try {
        const keys = await fetchJson(url)
        if (!Array.isArray(keys['keys'])) throw new IssuerUnreachable(`${url} did not return a key set`)
        failed = undefined
        return Response.json(keys)
      } catch (error) {
        failed = { error, at: performance.now() }
        throw error
      }
    },
  })
}
