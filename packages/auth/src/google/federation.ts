import type { Source } from '../chain.ts'
import { jwtProvenance } from '../token-expiry.ts'
import { tokenTypes, type Token } from '../token.ts'
import { requestGoogle, parseGoogleToken, type GoogleContext } from './google-request.ts'
import { CLOUD_PLATFORM, type GoogleSource } from './google-source.ts'

export interface Federation {
  readonly tokenUrl: string
  /** Provider in the identity pool: `//iam.googleapis.com/…/providers/…` */
  readonly audience: string
  readonly subjectTokenType: string
  /** Google Cloud project that requests are billed to. Only workforce pools use it. */
  readonly userProject: string | undefined
  readonly client?: { readonly id: string; readonly secret: string } | undefined
  /**
   * Whether the token is used to impersonate a service account. If so, it is requested with the scope that
   * impersonation requires.
   */
  readonly impersonates: boolean
}

const METHOD = 'google-federation'

/**
 * Creates a source that exchanges tokens of another issuer for Google tokens at Google's Security Token Service (RFC
 * 8693), for workload and workforce identity federation.
 */
export function federated(subject: Source<Token>, to: Federation, context: GoogleContext): GoogleSource {
  const { client, userProject } = to
  return {
    accessToken: async (scopes, wait) => {
      const token = await subject(wait)
      const form = {
        grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
        audience: to.audience,
        scope: (to.impersonates ? [CLOUD_PLATFORM] : scopes).join(' '),
        requested_token_type: tokenTypes.accessToken,
        subject_token: token.value.reveal(),
        subject_token_type: to.subjectTokenType,
        options:
          client === undefined && userProject !== undefined ? JSON.stringify({ userProject }) : undefined,
      }
      const headers =
        client === undefined ? {} : { authorization: `Basic ${btoa(`${client.id}:${client.secret}`)}` }
      const { members } = await requestGoogle(
        { url: to.tokenUrl, form, headers, grant: 'token-exchange' },
        context,
        wait,
      )
      const who =
        token.provenance?.who === undefined
          ? jwtProvenance(token.value.reveal())
          : { who: token.provenance.who }
      return {
        ...parseGoogleToken(members, 'access_token', context.now()),
        provenance: { ...who, target: to.audience, obtainedBy: METHOD, renewableBy: [METHOD] },
      }
    },
  }
}
