import { type Json, parse, stringify } from '@headgate/json'
import type { TestResponse } from '../server.ts'

export interface TimedResponse extends TestResponse {
  /** Milliseconds from sending to the complete response. */
  readonly took: number
}

/**
 * Sends a request to a path below the warehouse's prefix or, with a leading slash, to this path. Returns null when the
 * connection failed before the complete response was received.
 */
export async function send(
  url: string,
  method: string,
  path: string,
  body?: Json,
  headers: Readonly<Record<string, string>> = {},
): Promise<TimedResponse | null> {
  const began = performance.now()
  const json = body === undefined ? {} : { body: stringify(body) }
  try {
    const response = await fetch(path.startsWith('/') ? url + path : `${url}/v1/lakehouse/${path}`, {
      method,
      headers: { 'content-type': 'application/json', ...headers },
      signal: AbortSignal.timeout(60_000),
      ...json,
    })
    const text = await response.text()
    const took = performance.now() - began
    return {
      status: response.status,
      headers: response.headers,
      json: text === '' ? null : parse(text),
      took,
    }
  } catch (error) {
    // `fetch` throws a TypeError when the connection fails. All other errors are faults of the test.
    if (error instanceof TypeError && /fetch failed|terminated/.test(error.message)) return null
    throw error
  }
}
