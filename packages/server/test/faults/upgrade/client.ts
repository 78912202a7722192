import type { Json } from '@headgate/json'
import { type TimedResponse, send } from '../send.ts'

/** A caller of one server. */
export interface Client {
  readonly token: string
  /** Sends a request to a path. Throws when no response arrives. */
  send(
    method: string,
    path: string,
    body?: Json,
    headers?: Readonly<Record<string, string>>,
  ): Promise<TimedResponse>
}

export function clientWith(url: string, token: string): Client {
  return {
    token,
    async send(method, path, body, headers = {}) {
      const response = await send(url, method, path, body, { authorization: `Bearer ${token}`, ...headers })
      if (response === null) throw new Error(`${method} ${path} was not answered.`)
      return response
    },
  }
}

export async function connectClient(url: string, id: string, secret: string): Promise<Client> {
  const form = { grant_type: 'client_credentials', client_id: id, client_secret: secret, scope: 'catalog' }
  return clientWith(url, await requestToken(url, form))
}

/** Returns the access token in the response of the token endpoint. */
export async function requestToken(
  url: string,
  form: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>> = {},
): Promise<string> {
  const response = await fetch(`${url}/v1/oauth/tokens`, {
    method: 'POST',
    headers,
    body: new URLSearchParams(form),
  })
  const body = (await response.json()) as { readonly access_token?: string }
  if (body.access_token === undefined) throw new Error(`No token: ${response.status} ${JSON.stringify(body)}`)
  return body.access_token
}

/** Builds a path: names are percent-encoded, and levels are joined by U+001F. */
export function toPath(warehouse: string, namespace: readonly string[], ...more: readonly string[]): string {
  const rest = more.map((part) => `/${encodeURIComponent(part)}`).join('')
  return `/v1/${warehouse}/namespaces/${encodeURIComponent(namespace.join('\u001f'))}${rest}`
}
