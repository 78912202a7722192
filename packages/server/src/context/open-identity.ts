import type { Policies } from '../access/policies.ts'
import type { ContextOptions } from '../context-options.ts'
import { AccessKeys } from '../identity/access-keys/access-keys.ts'
import { SignedRequests } from '../identity/access-keys/signed-requests.ts'
import { ApiKeys } from '../identity/api-keys.ts'
import { type Authenticator, createAuthenticator } from '../identity/authenticator.ts'
import { compositeBearer } from '../identity/issuers/composite-bearer.ts'
import { ExternalBearer } from '../identity/issuers/external-bearer.ts'
import { openExternal, type OpenedExternal } from '../identity/issuers/open-external.ts'
import { SignInRefused } from '../identity/sign-in/sign-in-refused.ts'
import { openSignIns, type SignIns } from '../identity/sign-in/open-sign-ins.ts'
import type { KeyRing } from '../keys/key-ring.ts'
import { readBasePath } from '../oauth/discovery.ts'
import { SessionRenewal } from '../sessions/session-renewal.ts'
import { Sessions } from '../sessions/sessions.ts'

/** Services that authenticate callers. */
export interface OpenedIdentity {
  readonly sessions: Sessions
  /** Verifiers for tokens of configured issuers. Null when no issuer is configured. */
  readonly external: OpenedExternal | null
  readonly authenticator: Authenticator
  /** Issuers at which users sign in to the web console. */
  readonly signIns: SignIns
  /** Renews the sessions of these users. */
  readonly renewal: SessionRenewal
  /** Authenticates callers that sign their requests with access keys. */
  readonly signedRequests: SignedRequests
}

/** Opens the sessions of this server, and the verifiers for tokens of configured issuers and for signed requests. */
export function openIdentity(
  options: ContextOptions,
  { ring, policies }: { readonly ring: KeyRing; readonly policies: Policies },
): OpenedIdentity {
  const { sql, log, master, publicUrl, issuers, anonymous, sigV4, tokenTtlSeconds: ttlSeconds } = options
  const sessions = new Sessions({ ring, issuer: publicUrl, audience: publicUrl, ttlSeconds })
  const sawPolicy = (version: number): void => policies.saw(version)
  const mark = (): object => policies.mark
  const onRecordError = (err: unknown): void =>
    log.warn({ err }, 'the claims of an issuer could not be recorded')
  const external = openExternal({ sql, issuers, tokenEndpoint: publicUrl, sawPolicy, mark, onRecordError })
  const bearers =
    external === null
      ? sessions
      : compositeBearer({
          sessions,
          external: { bearer: new ExternalBearer({ ...external, sql, mark }), tokens: external.tokens },
        })
  const signIns = openSignIns(issuers, external, `${publicUrl}/console/callback`)
  return {
    sessions,
    external,
    signIns,
    renewal: openRenewal(options, ring, signIns),
    authenticator: createAuthenticator({
      bearers,
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

function openRenewal({ sql, log }: ContextOptions, ring: KeyRing, signIns: SignIns): SessionRenewal {
  return new SessionRenewal({
    sql,
    ring,
    async renewAt(issuer, tokens, principalId) {
      try {
        return (await signIns.get(issuer)?.renew(tokens, principalId)) ?? null
      } catch (error) {
        if (!(error instanceof SignInRefused)) throw error
        log.info({ issuer, reason: error.message }, 'a session of the console has ended')
        return null
      }
    },
  })
}
