import type { WaitOptions } from '@headgate/http'
import { ask } from '../ask.ts'
import { AuthError } from '../auth-error.ts'
import { errorAnswer, tokenError } from '../oauth2/token-error.ts'
import type { ProviderContext } from '../provider-definition.ts'
import { Secret } from '../secret.ts'
import { checkToken } from '../token-auth.ts'
import { jwtExpiry } from '../token-expiry.ts'
import type { Token } from '../token.ts'

/** What sources of Google's tokens need of their provider. */
export type GoogleContext = Pick<ProviderContext, 'fetch' | 'now' | 'env' | 'warn'>

export interface GoogleRequest {
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  readonly form?: Readonly<Record<string, string | undefined>>
  readonly json?: object
  /** For messages: how it is called there. */
  readonly grant: string
  readonly timeoutMs?: number
}

/** Asks one of Google's services, and gives the members of its answer. */
export async function askGoogle(
  { url, headers = {}, form, json, grant, timeoutMs = 10_000 }: GoogleRequest,
  context: GoogleContext,
  wait: WaitOptions,
): Promise<{ readonly members: Readonly<Record<string, unknown>>; readonly text: string }> {
  const { host, pathname } = new URL(url)
  const init: RequestInit = {
    method: form === undefined && json === undefined ? 'GET' : 'POST',
    headers: {
      ...(form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
      ...(json === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    body: form === undefined ? (json === undefined ? null : JSON.stringify(json)) : encoded(form),
    ...(wait.signal === undefined ? {} : { signal: wait.signal }),
  }
  const { status, text } = await ask(context.fetch, url, init, host, timeoutMs)
  if (status === 200) return { members: membersOf(text), text }
  throw tokenError({
    ...errorAnswer(text),
    status,
    grant,
    host,
    path: pathname,
    clientAuth: 'none',
    profile: 'google',
    prefix: 'rest.auth.google.',
  })
}

/** The token in an answer, by the name that it has there. */
export function googleToken(
  members: Readonly<Record<string, unknown>>,
  name: 'access_token' | 'id_token' | 'accessToken' | 'token',
  now: number,
): Pick<Token, 'value'> & { readonly expiresAt: number } {
  const value = members[name]
  if (typeof value !== 'string') throw new AuthError('malformed', `Google's answer holds no ${name}`)
  checkToken(value, "The token in Google's answer")
  const { expires_in: seconds, expireTime: time } = members
  const said = typeof time === 'string' ? Date.parse(time) : Number(seconds) * 1_000 + now
  const expiresAt = Number.isFinite(said) ? said : (jwtExpiry(value) ?? now + 3_600_000)
  return { value: new Secret(value), expiresAt }
}

function encoded(form: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(form).filter((entry): entry is [string, string] => entry[1] !== undefined)
  return new URLSearchParams(given).toString()
}

/** Some answers are a token alone. */
function membersOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? { ...value } : {}
  } catch {
    return {}
  }
}
