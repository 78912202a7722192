import { setTimeout } from 'node:timers/promises'
import { type Json, stringify } from '@headgate/json'
import { z } from 'zod'
import { CliError } from '../cli-error.ts'
import { exitCode } from '../exit-code.ts'
import { readCredential } from './credential.ts'
import { sendHttp } from './http.ts'
import { decode, type Response } from './response.ts'
import { isLoopback, type Settings } from './settings.ts'

/** Request that a client sends to its server. */
export interface Call {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Path of the URL, created with the tag `path`. */
  readonly path: string
  /** Query parameters. Undefined values are omitted. A list is sent as one parameter for each item. */
  readonly query?: Readonly<Record<string, string | number | readonly string[] | undefined>> | undefined
  readonly body?: Json | undefined
}

/**
 * Client of one server with one credential. It requests an access token on the first call, and keeps the token only in
 * memory.
 */
export interface Client {
  send(call: Call): Promise<Response>
  /**
   * Requests an access token and returns the response of the token endpoint. Throws a `CliError` with the exit code
   * `credential` if no credential is set.
   */
  token(): Promise<Response>
  /** Returns the client id of the credential, or null without a credential. */
  readonly clientId: string | null
}

const tokenDecoder = z.object({ access_token: z.string().min(1) })
const retryDelayMs = 1000

/**
 * Creates a client of the server that the settings name. Passes warnings to `warn`.
 *
 * @param login Returns the token of the login that replaces the credential. It throws if the token must not be sent
 * to `target`. Without a target, the caller does not send the token.
 */
export function createClient(
  settings: Settings,
  warn: (text: string) => void,
  login?: (target?: string) => Promise<Response>,
): Client {
  const { timeoutMs } = settings
  const base = settings.url.value
  const credential = login === undefined ? readCredential(settings.credential) : null
  let authorization: Promise<string | null> | undefined

  async function token(): Promise<Response> {
    if (login !== undefined) return login()
    if (credential === null) throw noCredential(settings)
    const url = new URL(`${base}/v1/oauth/tokens`)
    if (url.protocol === 'http:' && !isLoopback(url.hostname))
      warn(`The secret of ${credential.id} is sent to ${url.host} without encryption. Use https.`)
    const form = {
      grant_type: 'client_credentials',
      client_id: credential.id,
      client_secret: credential.secret,
      scope: 'catalog',
    }
    return sendHttp({
      method: 'POST',
      url,
      headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
      body: new URLSearchParams(form).toString(),
      timeoutMs,
    })
  }

  async function bearer(): Promise<string | null> {
    if (credential === null && login === undefined) return null
    const response = login === undefined ? await token() : await login(base)
    return `Bearer ${decode(tokenDecoder, response).access_token}`
  }

  async function sendOnce(call: Call): Promise<Response> {
    const bearerToken = await (authorization ??= bearer())
    return sendHttp({
      method: call.method,
      url: toUrl(base, call),
      headers: {
        accept: 'application/json',
        ...(bearerToken === null ? {} : { authorization: bearerToken }),
        ...(call.body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      timeoutMs,
      ...(call.body === undefined ? {} : { body: stringify(call.body) }),
    })
  }

  return {
    clientId: credential?.id ?? null,
    token,
    async send(call) {
      try {
        return await sendOnce(call)
      } catch (error) {
        if (!(error instanceof CliError) || error.refusal === undefined) throw error
        const { status } = error.refusal
        if (status === 401 && credential === null && login === undefined) throw noCredential(settings)
        if (!isRetryable(status, call)) throw error
        await setTimeout(retryDelayMs)
        return sendOnce(call)
      }
    },
  }
}

/**
 * Returns whether a refused request is sent again. Only GET and HEAD requests are, and only if the server is starting
 * or overloaded.
 */
function isRetryable(status: number, { method }: Call): boolean {
  return (status === 503 || status === 429) && (method === 'GET' || method === 'HEAD')
}

/** Returns the URL of a request. The base URL must not end with a slash. */
export function toUrl(base: string, { path, query = {} }: Pick<Call, 'path' | 'query'>): URL {
  const url = new URL(base + path)
  for (const [name, value] of Object.entries(query)) {
    for (const each of typeof value === 'object' ? value : [value])
      if (each !== undefined) url.searchParams.append(name, String(each))
  }
  return url
}

function noCredential({ credential }: Settings): CliError {
  const tried = credential.kind === 'file' ? `: ${credential.path} does not exist` : ''
  return new CliError(
    exitCode.credential,
    `The server requires a credential, but no credential is set${tried}.`,
    {
      next: 'Set --credential-file, HEADGATE_CREDENTIAL_FILE or HEADGATE_CREDENTIAL, or use a login with --login.',
    },
  )
}
