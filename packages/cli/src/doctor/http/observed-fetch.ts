import type { Fetch } from '@headgate/http'
import type { Redactor } from '../redactor.ts'

/** Matches names of form parameters and of token response members whose values are secrets. */
const secretNames =
  /^(client_secret|client_assertion|assertion|subject_token|actor_token|refresh_token|token|code|password|access_token|id_token|device_code)$/i

/** Names of request headers that contain credentials. */
const secretHeaders = [
  'authorization',
  'original-authorization',
  'x-amz-security-token',
  'cookie',
  'x-api-key',
]

/** Maximum length of a token response that is searched for secrets, in characters. */
const maxTokenResponse = 65_536

/**
 * Returns a `fetch` function that adds the secrets in each request, and in responses of token endpoints, to a
 * redactor.
 */
export function observedFetch(redactor: Redactor, call: Fetch = (url, init) => fetch(url, init)): Fetch {
  return async (url, init) => {
    const headers = new Headers(init.headers)
    for (const name of secretHeaders) {
      const value = headers.get(name)
      if (value !== null) redactor.add(value, value.slice(value.indexOf(' ') + 1))
    }
    const form = readForm(init)
    for (const [name, value] of new URLSearchParams(form)) if (secretNames.test(name)) redactor.add(value)
    const response = await call(url, init)
    const isToken = form.includes('grant_type=') && response.ok
    return isToken ? await withTokens(redactor, response) : response
  }
}

/** Returns the body of a request that is a form, or an empty text. */
function readForm({ body, headers }: RequestInit): string {
  if (body instanceof URLSearchParams) return String(body)
  if (!/urlencoded/i.test(new Headers(headers).get('content-type') ?? '')) return ''
  if (typeof body === 'string') return body
  return body instanceof Uint8Array ? new TextDecoder().decode(body) : ''
}

async function withTokens(redactor: Redactor, response: Response): Promise<Response> {
  const text = await response.text()
  if (text.length <= maxTokenResponse) addMembers(redactor, text)
  const { status, statusText, headers } = response
  return new Response(text, { status, statusText, headers: withoutEncoding(headers) })
}

/** Removes headers that describe the encoded body, because `fetch` has already decoded the body. */
function withoutEncoding(headers: Headers): Headers {
  const copy = new Headers(headers)
  copy.delete('content-encoding')
  copy.delete('content-length')
  return copy
}

function addMembers(redactor: Redactor, text: string): void {
  try {
    const body: unknown = JSON.parse(text)
    if (typeof body !== 'object' || body === null) return
    for (const [name, value] of Object.entries(body))
      if (secretNames.test(name) && typeof value === 'string') redactor.add(value)
  } catch {
    // A token response that is not JSON is ignored, because clients cannot use a token in it.
  }
}
