import type { WaitOptions } from '@headgate/http'
import { AuthError } from '../auth-error.ts'
import { tokenTypes, type Token } from '../token.ts'
import type { OAuthSettings } from './oauth-settings.ts'
import { profiles, type FormParameters, type GrantType } from './profiles.ts'
import type { TokenSource } from './token-source.ts'

/** Sources of the tokens that a token request contains: subject token, actor token or assertion. */
export interface InputSources {
  readonly subject: TokenSource | undefined
  readonly actor: TokenSource | undefined
  readonly assertion: TokenSource | undefined
}

/**
 * Returns the parameters that all token requests of a grant have in common: target (scope, audience, resource),
 * parameters that the product of the authorization server requires, and configured parameters.
 */
export function commonParameters(settings: OAuthSettings, grant: GrantType): FormParameters {
  const { profile, target, prefix, extra } = settings
  return [
    ...profiles[profile].target(target, grant, prefix),
    ...(profiles[profile].extra?.(grant) ?? []),
    ...extra,
  ]
}

/** Obtains the tokens that a grant presents, and returns them as parameters of a token request. */
export async function grantParameters(
  settings: OAuthSettings,
  { subject, actor, assertion }: InputSources,
  wait: WaitOptions,
): Promise<FormParameters> {
  if (settings.grant === 'jwt-bearer') {
    return [['assertion', (await requireToken(assertion, settings.grant, wait)).value.reveal()]]
  }
  if (settings.grant !== 'token-exchange') return []
  const subjectToken = await requireToken(subject, settings.grant, wait)
  const actorToken = await actor?.(wait)
  return [
    ['subject_token', subjectToken.value.reveal()],
    ['subject_token_type', subjectToken.type ?? tokenTypes.accessToken],
    ['requested_token_type', settings.requestedTokenType ?? tokenTypes.accessToken],
    // RFC 8693 section 2.1 permits actor_token_type only together with actor_token.
    ...(actorToken === undefined
      ? []
      : ([
          ['actor_token', actorToken.value.reveal()],
          ['actor_token_type', actorToken.type ?? tokenTypes.accessToken],
        ] as const)),
  ]
}

async function requireToken(
  source: TokenSource | undefined,
  grant: string,
  wait: WaitOptions,
): Promise<Token> {
  if (source !== undefined) return await source(wait)
  throw new AuthError('configuration', `grant-type=${grant} requires a token that the client can present`)
}
