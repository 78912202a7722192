import type { WaitOptions } from '@headgate/http'
import { AuthError } from '../auth-error.ts'
import { tokenTypes, type Token } from '../token.ts'
import type { OAuthSettings } from './oauth-settings.ts'
import { profiles, type FormParameters, type GrantType } from './profiles.ts'
import type { TokenSource } from './token-source.ts'

export interface Inputs {
  readonly subject: TokenSource | undefined
  readonly actor: TokenSource | undefined
  readonly assertion: TokenSource | undefined
}

/** What every request of a configuration says, and what this grant says besides. */
export function commonParameters(settings: OAuthSettings, grant: GrantType): FormParameters {
  const { profile, target, prefix, extra } = settings
  return [
    ...profiles[profile].target(target, grant, prefix),
    ...(profiles[profile].extra?.(grant) ?? []),
    ...extra,
  ]
}

/** What the grants without people say besides: tokens, which are asked for anew each time. */
export async function grantParameters(
  settings: OAuthSettings,
  { subject, actor, assertion }: Inputs,
  wait: WaitOptions,
): Promise<FormParameters> {
  if (settings.grant === 'jwt-bearer') {
    return [['assertion', (await needed(assertion, settings.grant, wait)).value.reveal()]]
  }
  if (settings.grant !== 'token-exchange') return []
  const own = await needed(subject, settings.grant, wait)
  const acting = await actor?.(wait)
  return [
    ['subject_token', own.value.reveal()],
    ['subject_token_type', own.type ?? tokenTypes.accessToken],
    ['requested_token_type', settings.requestedTokenType ?? tokenTypes.accessToken],
    // RFC 8693 section 2.1: the type goes with the token, and only with it.
    ...(acting === undefined
      ? []
      : ([
          ['actor_token', acting.value.reveal()],
          ['actor_token_type', acting.type ?? tokenTypes.accessToken],
        ] as const)),
  ]
}

async function needed(source: TokenSource | undefined, grant: string, wait: WaitOptions): Promise<Token> {
  if (source !== undefined) return await source(wait)
  throw new AuthError('configuration', `${grant} needs a token to present`)
}
