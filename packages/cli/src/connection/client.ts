import { setTimeout } from 'node:timers/promises'
import { type Json, stringify } from '@headgate/json'
import { z } from 'zod'
import { CliError } from '../cli-error.ts'
import { exitCode } from '../exit-code.ts'
import { type Answer, read } from './answer.ts'
import { readCredential } from './credential.ts'
import { sendHttp } from './http.ts'
import { isLoopback, type Settings } from './settings.ts'

export interface Call {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Made with the tag `path`. */
  readonly path: string
  /** Undefined values are left out, lists are repeated. */
  readonly query?: Readonly<Record<string, string | number | readonly string[] | undefined>>
  readonly body?: Json
}

/** Speaks to one server as one principal. The access token is fetched on the first call and kept in memory only. */
export interface Client {
  send(call: Call): Promise<Answer>
  /** The answer of the token endpoint. Throws `credential` when there is none to get it with. */
  token(): Promise<Answer>
  /** The client id of the credential; null when there is none. */
  readonly clientId: string | null
}

const tokenAnswer = z.object({ access_token: z.string().min(1) })

/**
 * Remarks go to `warn`.
 *
 * @param login Gives the token of the login that is to be used instead of the credential, when it may be sent to `target`,
 *   or is not sent at all
 */
export function createClient(
  settings: Settings,
  warn: (text: string) => void,
  login?: (target?: string) => Promise<Answer>,
): Client {
  const { timeoutMs } = settings
  const base = settings.url.value
  const credential = login === undefined ? readCredential(settings.credential) : null
  let authorization: Promise<string | null> | undefined

  async function token(): Promise<Answer> {
    if (login !== undefined) return login()
    if (credential === null) throw noCredential(settings)
    const url = new URL(`${base}/v1/oauth/tokens`)
    if (url.protocol === 'http:' && !isLoopback(url.hostname))
      warn(`the secret of ${credential.id} goes to ${url.host} unencrypted: use https.`)
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
    const answer = login === undefined ? await token() : await login(base)
    return `Bearer ${read(tokenAnswer, answer).access_token}`
  }

  async function once(call: Call): Promise<Answer> {
    const bearerToken = await (authorization ??= bearer())
    return sendHttp({
      method: call.method,
      url: urlOf(base, call),
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
        return await once(call)
      } catch (error) {
        if (!(error instanceof CliError) || error.answer === undefined) throw error
        if (error.answer.status === 401 && credential === null && login === undefined)
          throw noCredential(settings)
        if (!(await worthRepeating(error, call))) throw error
        return once(call)
      }
    },
  }
}

/** Reading may be repeated; a server that is starting or busy says so with a status. */
async function worthRepeating(error: CliError, { method }: Call): Promise<boolean> {
  const busy = error.answer?.status === 503 || error.answer?.status === 429
  if (!busy || (method !== 'GET' && method !== 'HEAD')) return false
  await setTimeout(1000)
  return true
}

function urlOf(base: string, { path, query = {} }: Call): URL {
  const url = new URL(base + path)
  for (const [name, value] of Object.entries(query)) {
    for (const each of typeof value === 'object' ? value : [value])
      if (each !== undefined) url.searchParams.append(name, String(each))
  }
  return url
}

function noCredential({ credential }: Settings): CliError {
  const tried = credential.kind === 'file' ? ` (there is none in ${credential.path})` : ''
  return new CliError(
    exitCode.credential,
    `The server wants to know who you are, and there is no credential${tried}.`,
    {
      next: 'Name one with --credential-file, HEADGATE_CREDENTIAL_FILE or HEADGATE_CREDENTIAL; or a login with --login.',
    },
  )
}
