import { sendRaw } from '../refresh/s3-request.ts'
import type { Fixture, Who } from './fixture.ts'
import type { Seen } from './suite.ts'

/** Sends a request to the attacked server, with the path exactly as given. */
export async function send(
  { uri, headers }: Pick<Fixture, 'uri' | 'headers'>,
  who: Who,
  method: string,
  path: string,
  body?: unknown,
  more: Readonly<Record<string, string>> = {},
): Promise<Seen & { readonly json: unknown }> {
  const { origin, host } = new URL(uri)
  const text = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body)
  const length: Record<string, string> =
    body === undefined
      ? {}
      : { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(text)) }
  const response = await sendRaw(
    origin,
    method,
    `/${path}`,
    Object.entries({ host, ...length, ...headers[who], ...more }),
    text,
  )
  return {
    status: response.status,
    text: `${response.text}\n${JSON.stringify(response.headers)}`,
    json: parsed(response.text),
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}
