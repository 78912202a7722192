import type { WaitOptions } from '@headgate/http'
import { fetchFromIssuer } from '../fetch-from-issuer.ts'
import { AuthError } from '../auth-error.ts'
import { parseTokenError, tokenError } from '../oauth2/token-error.ts'
import type { ProviderContext } from '../provider-definition.ts'
import { Secret } from '../secret.ts'
import { checkToken } from '../token-auth.ts'
import { jwtExpiry } from '../token-expiry.ts'
import type { Token } from '../token.ts'

/** Functions and environment variables of the process that the sources of Google tokens use. */
export type GoogleContext = Pick<ProviderContext, 'fetch' | 'now' | 'env' | 'warn'>

export interface GoogleRequest {
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  readonly form?: Readonly<Record<string, string | undefined>>
  readonly json?: object
  /** Name of the OAuth grant or of the called method, for error messages. */
  readonly grant: string
  readonly timeoutMs?: number
}

/**
 * Sends a request to a Google API, such as the token endpoint.
 *
 * @returns the text of the response, and the members of its JSON object. There are no members if the text is not a
 *   JSON object
 * @throws AuthError for every status other than 200
 */
export async function requestGoogle(
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
    body: form === undefined ? (json === undefined ? null : JSON.stringify(json)) : encodeForm(form),
    ...(wait.signal === undefined ? {} : { signal: wait.signal }),
  }
  const { status, text } = await fetchFromIssuer(context.fetch, url, init, host, timeoutMs)
  if (status === 200) return { members: parseMembers(text), text }
  throw tokenError({
    ...parseTokenError(text),
    status,
    grant,
    host,
    path: pathname,
    clientAuth: 'none',
    profile: 'google',
    prefix: 'rest.auth.google.',
  })
}

/**
 * Reads the token from a member of a Google response. If the response contains no expiry, the token is assumed to be
 * valid for one hour.
 */
export function parseGoogleToken(
  members: Readonly<Record<string, unknown>>,
  name: 'access_token' | 'id_token' | 'accessToken' | 'token',
  now: number,
): Pick<Token, 'value'> & { readonly expiresAt: number } {
  const value = members[name]
  if (typeof value !== 'string')
    throw new AuthError('malformed', `The response of Google contains no ${name}`)
  checkToken(value, 'The token in the response of Google')
  const { expires_in: seconds, expireTime: time } = members
  const stated = typeof time === 'string' ? Date.parse(time) : Number(seconds) * 1_000 + now
  const expiresAt = Number.isFinite(stated) ? stated : (jwtExpiry(value) ?? now + 3_600_000)
  return { value: new Secret(value), expiresAt }
}

function encodeForm(form: Readonly<Record<string, string | undefined>>): string {
  const entries = Object.entries(form).filter((entry): entry is [string, string] => entry[1] !== undefined)
  return new URLSearchParams(entries).toString()
}

function parseMembers(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? { ...value } : {}
  } catch {
    // Some responses are plain text, such as an ID token of the metadata server.
    return {}
  }
}
