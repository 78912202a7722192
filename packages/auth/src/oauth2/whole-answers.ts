import type { Fetch } from '@headgate/http'
import { ask } from '../ask.ts'

/** One request to an issuer; the whole of getting a token has its own limit. */
const TIMEOUT_MS = 30_000

/** Statuses whose answers have no body. */
const bodiless = new Set([101, 103, 204, 205, 304])

type LibraryFetch = (
  url: string,
  options: {
    readonly method: string
    readonly headers: Record<string, string>
    readonly body?: URLSearchParams | undefined
    readonly signal?: AbortSignal | undefined
  },
) => Promise<Response>

/** A `fetch` for the library: in time, without redirects, its answers read whole and no larger than 1 MiB. */
export function wholeAnswers(fetch: Fetch, what: string): LibraryFetch {
  return async (url, { method, headers, body, signal }) => {
    const init: RequestInit = {
      method,
      headers,
      body: body?.toString() ?? null,
      ...(signal === undefined ? {} : { signal }),
    }
    const answer = await ask(fetch, url, init, what, TIMEOUT_MS)
    return new Response(bodiless.has(answer.status) ? null : answer.text, {
      status: answer.status,
      headers: answer.headers,
    })
  }
}
