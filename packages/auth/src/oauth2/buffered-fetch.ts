import type { Fetch } from '@headgate/http'
import { fetchFromIssuer } from '../fetch-from-issuer.ts'

/** Time limit of one request to an issuer, in ms. A login or renewal with several requests has a separate limit. */
const TIMEOUT_MS = 30_000

/** HTTP statuses of responses that have no body. */
const statusesWithoutBody = new Set([101, 103, 204, 205, 304])

type LibraryFetch = (
  url: string,
  options: {
    readonly method: string
    readonly headers: Record<string, string>
    readonly body?: URLSearchParams | undefined
    readonly signal?: AbortSignal | undefined
  },
) => Promise<Response>

/**
 * Returns a `fetch` for oauth4webapi with a time limit. It reads responses of up to 1 MiB into memory and does not follow
 * redirects.
 *
 * @param issuer names the issuer in error messages
 */
export function bufferedFetch(fetch: Fetch, issuer: string): LibraryFetch {
  return async (url, { method, headers, body, signal }) => {
    const init: RequestInit = {
      method,
      headers,
      body: body?.toString() ?? null,
      ...(signal === undefined ? {} : { signal }),
    }
    const response = await fetchFromIssuer(fetch, url, init, issuer, TIMEOUT_MS)
    return new Response(statusesWithoutBody.has(response.status) ? null : response.text, {
      status: response.status,
      headers: response.headers,
    })
  }
}
