import { type Json, parse, stringify } from '@headgate/json'
import type { TestAnswer } from '../test-server.ts'

export interface Answered extends TestAnswer {
  /** Milliseconds from sending to the whole answer. */
  readonly took: number
}

/**
 * Sends a request to a path below the warehouse's prefix (or, with a leading slash, to that path). Null when the
 * connection could not be made or broke before the whole answer was there.
 */
export async function send(
  url: string,
  method: string,
  path: string,
  body?: Json,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answered | null> {
  const began = performance.now()
  const json = body === undefined ? {} : { body: stringify(body) }
  try {
    const answer = await fetch(path.startsWith('/') ? url + path : `${url}/v1/lakehouse/${path}`, {
      method,
      headers: { 'content-type': 'application/json', ...headers },
      signal: AbortSignal.timeout(60_000),
      ...json,
    })
    const text = await answer.text()
    const took = performance.now() - began
    return { status: answer.status, headers: answer.headers, json: text === '' ? null : parse(text), took }
  } catch (error) {
    // What `fetch` throws when the connection fails; everything else is the test's own mistake.
    if (error instanceof TypeError && /fetch failed|terminated/.test(error.message)) return null
    throw error
  }
}
