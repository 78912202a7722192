import type { WaitOptions } from '@headgate/http'
import type { Provenance } from '../provenance.ts'
import type { Token } from '../token.ts'
import { askGoogle, googleToken, type GoogleContext } from './ask-google.ts'
import { CLOUD_PLATFORM, fromGoogle, type GoogleSource } from './google-source.ts'

export interface Impersonation {
  /** `https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/<email>`, without a method. */
  readonly url: string
  /** Undefined for workloads, whose files cannot say it. */
  readonly delegates: readonly string[] | undefined
  readonly lifetimeSeconds: number
}

/** Where a service account is impersonated. */
export function impersonationUrl(email: string, universe = 'googleapis.com'): string {
  return `https://iamcredentials.${universe}/v1/projects/-/serviceAccounts/${encodeURIComponent(email)}`
}

/** Another service account than that of the source; the source needs the role Service Account Token Creator. */
export function impersonated(source: GoogleSource, to: Impersonation, context: GoogleContext): GoogleSource {
  const email = decodeURIComponent(/serviceAccounts\/([^/:]+)$/.exec(to.url)?.[1] ?? to.url)
  const ask = async (
    method: string,
    json: object,
    wait: WaitOptions,
  ): Promise<{ members: Readonly<Record<string, unknown>>; provenance: Provenance }> => {
    const own = await source.accessToken([CLOUD_PLATFORM], wait)
    const request = {
      url: `${to.url}:${method}`,
      headers: { authorization: `Bearer ${own.value.reveal()}` },
      json: { delegates: to.delegates, ...json },
      grant: method,
    }
    const { members } = await askGoogle(request, context, wait)
    return { members, provenance: { ...fromGoogle('google-impersonation', email), ...actorsOf(own) } }
  }
  return {
    quotaProject: source.quotaProject,
    accessToken: async (scopes, wait) => {
      const json = { scope: scopes, lifetime: `${to.lifetimeSeconds}s` }
      const { members, provenance } = await ask('generateAccessToken', json, wait)
      return { ...googleToken(members, 'accessToken', context.now()), provenance }
    },
    idToken: async (audience, wait) => {
      const json = { audience, includeEmail: true, useEmailAzp: true }
      const { members, provenance } = await ask('generateIdToken', json, wait)
      return { ...googleToken(members, 'token', context.now()), provenance }
    },
  }
}

/** Who impersonates stays the same too. */
function actorsOf({ provenance }: Token): Pick<Provenance, 'actors'> {
  const actors = [...(provenance?.who === undefined ? [] : [provenance.who]), ...(provenance?.actors ?? [])]
  return actors.length === 0 ? {} : { actors }
}
