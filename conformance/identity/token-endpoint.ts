import { sendRaw } from '../refresh/s3-request.ts'

export const grantTypes = {
  clientCredentials: 'client_credentials',
  exchange: 'urn:ietf:params:oauth:grant-type:token-exchange',
  jwtBearer: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
} as const

export const tokenTypes = {
  accessToken: 'urn:ietf:params:oauth:token-type:access_token',
  idToken: 'urn:ietf:params:oauth:token-type:id_token',
  refreshToken: 'urn:ietf:params:oauth:token-type:refresh_token',
  jwt: 'urn:ietf:params:oauth:token-type:jwt',
} as const

export const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

export type Headers = Readonly<Record<string, string>>
/** Form parameters of a token request. A parameter with the value `undefined` is not sent. */
export type Form = Readonly<Record<string, string | undefined>>

export interface TokenResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly text: string
  /** Parsed body of the response, or an empty object if the body is not a JSON object. */
  readonly json: Readonly<Record<string, unknown>>
  /** Value of `access_token` in the response, or null. */
  readonly token: string | null
  /** Values of `error` and `error_description` in the response, for messages. */
  readonly error: string
  readonly ms: number
}

export interface TokenRequest {
  readonly headers?: Headers
  /** Local address from which the request is sent. */
  readonly from?: string | undefined
}

/** Sends a token request. Encodes an object as a form, and sends a string unchanged as the body. */
export async function requestToken(
  uri: string,
  form: Form | string,
  { headers = {}, from }: TokenRequest = {},
): Promise<TokenResponse> {
  const { origin, host, pathname, search } = new URL(uri)
  const body = typeof form === 'string' ? form : encoded(form)
  const all: Headers = {
    host,
    'content-type': 'application/x-www-form-urlencoded',
    'content-length': String(Buffer.byteLength(body)),
    ...headers,
  }
  const started = performance.now()
  const response = await sendRaw(origin, 'POST', `${pathname}${search}`, Object.entries(all), body, from)
  const ms = performance.now() - started
  const json = objectIn(response.text)
  const { access_token: token, error, error_description: description } = json
  return {
    ...response,
    json,
    token: typeof token === 'string' ? token : null,
    error: [error, description].filter((part) => typeof part === 'string').join(': '),
    ms,
  }
}

export function encoded(form: Form): string {
  const defined = Object.entries(form).filter((entry): entry is [string, string] => entry[1] !== undefined)
  return new URLSearchParams(defined).toString()
}

export function basic(id: string, secret: string): Headers {
  const pair = `${encodeURIComponent(id)}:${encodeURIComponent(secret)}`
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` }
}

export function bearer(token: string): Headers {
  return { authorization: `Bearer ${token}` }
}

function objectIn(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {}
  } catch {
    return {}
  }
}
