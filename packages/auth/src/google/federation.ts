import type { Source } from '../chain.ts'
import { whoOf } from '../token-expiry.ts'
import { tokenTypes, type Token } from '../token.ts'
import { askGoogle, googleToken, type GoogleContext } from './ask-google.ts'
import { CLOUD_PLATFORM, type GoogleSource } from './google-source.ts'

export interface Federation {
  readonly tokenUrl: string
  /** The provider in the pool: `//iam.googleapis.com/…/providers/…` */
  readonly audience: string
  readonly subjectTokenType: string
  /** For workforce pools: the project that calls are counted for. */
  readonly userProject: string | undefined
  readonly client?: { readonly id: string; readonly secret: string } | undefined
  /** With a service account behind it, what is asked for here is the right to impersonate. */
  readonly impersonates: boolean
}

const WAY = 'google-federation'

/** Somebody whom another issuer knows: workload and workforce identity federation (RFC 8693 at Google's STS). */
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
      const { members } = await askGoogle(
        { url: to.tokenUrl, form, headers, grant: 'token-exchange' },
        context,
        wait,
      )
      const who =
        token.provenance?.who === undefined ? whoOf(token.value.reveal()) : { who: token.provenance.who }
      return {
        ...googleToken(members, 'access_token', context.now()),
        provenance: { ...who, target: to.audience, obtainedBy: WAY, renewableBy: [WAY] },
      }
    },
  }
}
