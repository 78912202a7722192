import { clientCredentials } from '../lib/access-token.ts'
import { type HeadgateServer, tokenUri } from '../lib/headgate-server.ts'

/** Response of the management API to a caller. */
export interface Reply {
  readonly status: number
  readonly json: unknown
}

/** Function that sends a request to the management API with the token of one caller. */
export type Send = (
  method: string,
  path: string,
  body?: unknown,
  headers?: Record<string, string>,
) => Promise<Reply>

/** Requests a token with the credential of a client, and returns the function that sends requests with it. */
export async function senderOf(server: HeadgateServer, credential: string): Promise<Send> {
  const token = await clientCredentials({
    credential,
    tokenUri: tokenUri(server),
    scope: 'catalog',
  })
  return sendAs(server.origin, token)
}

/** Returns the function that sends requests with the given token. */
export function sendAs(origin: string, token: string): Send {
  return async (method, path, body, headers = {}) => {
    const response = await fetch(origin + path, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(30_000),
    })
    const text = await response.text()
    return { status: response.status, json: text === '' ? null : JSON.parse(text) }
  }
}

/** Waits for a response. Returns its body, or throws if the status is not a success. */
export async function must(reply: Promise<Reply>): Promise<unknown> {
  const { status, json } = await reply
  if (status >= 300) throw new Error(`the set-up request failed with ${status}: ${JSON.stringify(json)}`)
  return json
}
