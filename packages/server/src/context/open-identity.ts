import type { Policies } from '../access/policies.ts'
import type { ContextOptions } from '../context-options.ts'
import { AccessKeys } from '../identity/access-keys/access-keys.ts'
import { SignedRequests } from '../identity/access-keys/signed-requests.ts'
import { ApiKeys } from '../identity/api-keys.ts'
import { type Authenticator, createAuthenticator } from '../identity/authenticator.ts'
import { compositeBearer } from '../identity/issuers/composite-bearer.ts'
import { ExternalBearer } from '../identity/issuers/external-bearer.ts'
import { openExternal, type OpenedExternal } from '../identity/issuers/open-external.ts'
import type { KeyRing } from '../keys/key-ring.ts'
import { readBasePath } from '../oauth/discovery.ts'
import { Sessions } from '../sessions/sessions.ts'

/** Services that authenticate callers. */
export interface OpenedIdentity {
  readonly sessions: Sessions
  /** Verifiers for tokens of configured issuers. Null when no issuer is configured. */
  readonly external: OpenedExternal | null
  readonly authenticator: Authenticator
  /** Authenticates callers that sign their requests with access keys. */
  readonly signedRequests: SignedRequests
}

/** Opens the sessions of this server, and the verifiers for tokens of configured issuers and for signed requests. */
export function openIdentity(
  options: ContextOptions,
  { ring, policies }: { readonly ring: KeyRing; readonly policies: Policies },
): OpenedIdentity {
  const { sql, master, publicUrl, issuers, anonymous, sigV4, tokenTtlSeconds: ttlSeconds } = options
  const sessions = new Sessions({ ring, issuer: publicUrl, audience: publicUrl, ttlSeconds })
  const sawPolicy = (version: number): void => policies.saw(version)
  const mark = (): object => policies.mark
  const external = openExternal({ sql, issuers, tokenEndpoint: publicUrl, sawPolicy, mark })
  const bearers =
    external === null
      ? sessions
      : compositeBearer({
          sessions,
          external: { bearer: new ExternalBearer({ ...external, sql, mark }), tokens: external.tokens },
        })
  return {
    sessions,
    external,
    authenticator: createAuthenticator({
      sessions: bearers,
      apiKeys: new ApiKeys({ sql, mark }),
      anonymous,
    }),
    signedRequests: new SignedRequests({
      ...sigV4,
      accessKeys: new AccessKeys({ sql, master, mark }),
      basePath: readBasePath(publicUrl),
    }),
  }
}
