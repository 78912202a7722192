import { createFetch } from '@headgate/auth'
import { type Client, toUrl } from '../connection/client.ts'
import { toRefusal } from '../connection/refusal.ts'
import { parseJson } from '../connection/response.ts'
import type { Source } from './connect-source.ts'
import { toImportError } from './side.ts'

/** Creates the client of the management API of a source that is a Headgate server. It uses the credential of the source. */
export function createSourceClient(source: Source, timeoutMs: number): Pick<Client, 'send'> {
  const send = createFetch(source.auth, { timeoutMs, maxRetries: 5 })
  return {
    async send(call) {
      const url = toUrl(source.url.replace(/\/+$/, ''), call)
      const response = await send(url, { method: call.method }).catch((error: unknown) => {
        throw toImportError(source, error)
      })
      const text = await response.text()
      const json = parseJson(text)
      if (response.ok && json !== undefined) return { status: response.status, text, json }
      throw toRefusal(response.status, text, response.headers.get('retry-after'))
    },
  }
}
