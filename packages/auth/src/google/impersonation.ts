import type { WaitOptions } from '@headgate/http'
import type { Provenance } from '../provenance.ts'
import type { Token } from '../token.ts'
import { requestGoogle, parseGoogleToken, type GoogleContext } from './google-request.ts'
import { CLOUD_PLATFORM, googleProvenance, type GoogleSource } from './google-source.ts'

export interface Impersonation {
  /**
   * URL of the service account in the IAM Credentials API, without the called method:
   * `https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/<email>`
   */
  readonly url: string
  /**
   * Service accounts in the delegation chain between the source identity and the target. Undefined for workloads,
   * because their credential files cannot contain a chain.
   */
  readonly delegates: readonly string[] | undefined
  readonly lifetimeSeconds: number
}

/** Returns the URL of a service account in the IAM Credentials API. */
export function impersonationUrl(email: string, universe = 'googleapis.com'): string {
  return `https://iamcredentials.${universe}/v1/projects/-/serviceAccounts/${encodeURIComponent(email)}`
}

/**
 * Creates a source that impersonates a service account. The identity of the inner source needs the role Service
 * Account Token Creator.
 */
export function impersonated(source: GoogleSource, to: Impersonation, context: GoogleContext): GoogleSource {
  const email = decodeURIComponent(/serviceAccounts\/([^/:]+)$/.exec(to.url)?.[1] ?? to.url)
  const call = async (
    method: string,
    json: object,
    wait: WaitOptions,
  ): Promise<{ members: Readonly<Record<string, unknown>>; provenance: Provenance }> => {
    const token = await source.accessToken([CLOUD_PLATFORM], wait)
    const request = {
      url: `${to.url}:${method}`,
      headers: { authorization: `Bearer ${token.value.reveal()}` },
      json: { delegates: to.delegates, ...json },
      grant: method,
    }
    const { members } = await requestGoogle(request, context, wait)
    return {
      members,
      provenance: { ...googleProvenance('google-impersonation', email), ...listActors(token) },
    }
  }
  return {
    quotaProject: source.quotaProject,
    accessToken: async (scopes, wait) => {
      const json = { scope: scopes, lifetime: `${to.lifetimeSeconds}s` }
      const { members, provenance } = await call('generateAccessToken', json, wait)
      return { ...parseGoogleToken(members, 'accessToken', context.now()), provenance }
    },
    idToken: async (audience, wait) => {
      const json = { audience, includeEmail: true, useEmailAzp: true }
      const { members, provenance } = await call('generateIdToken', json, wait)
      return { ...parseGoogleToken(members, 'token', context.now()), provenance }
    },
  }
}

/**
 * Returns the chain of identities that act for a service account: the impersonating identity, then its actors. A
 * renewal must not change the chain.
 */
function listActors({ provenance }: Token): Pick<Provenance, 'actors'> {
  const actors = [...(provenance?.who === undefined ? [] : [provenance.who]), ...(provenance?.actors ?? [])]
  return actors.length === 0 ? {} : { actors }
}
