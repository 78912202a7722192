import { type Client, toUrl } from '../connection/client.ts'
import { toRefusal } from '../connection/refusal.ts'
import { parseJson } from '../connection/response.ts'
import type { Source } from './connect-source.ts'
import { createSourceRequest } from './source-request.ts'

/**
 * Creates a client of the management API for a source that is a Headgate server. The client uses the credential for
 * the source.
 */
export function createSourceClient(source: Source, timeoutMs: number): Client {
  const request = createSourceRequest(source, timeoutMs)
  return {
    clientId: null,
    token: () => Promise.reject(new Error('The provider of the source requests the token.')),
    async send(call) {
      const url = toUrl(source.url.replace(/\/+$/, ''), call)
      const { status, text, retryAfter } = await request(url, call.method)
      const json = parseJson(text)
      if (status >= 200 && status <= 299 && json !== undefined) return { status, text, json }
      throw toRefusal(status, text, retryAfter)
    },
  }
}
