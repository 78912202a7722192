import { toUrl } from '../router.tsx'

/** Error for an error response of the server. */
export class ApiError extends Error {
  readonly status: number
  readonly requestId: string | null

  constructor(status: number, message: string, requestId: string | null) {
    super(message)
    this.name = 'ApiError'
    this.status = status
    this.requestId = requestId
  }
}

/** Returns a thrown value if it is an error, otherwise an error with the value as its message. */
export function toError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown))
}

const timeLimitMs = 30_000
// Function that is called when the server refuses a request because the session has ended.
let onSignedOut = (): void => undefined

/** Sets the function that is called when the server refuses a request because the session has ended. */
export function whenSignedOut(listener: () => void): void {
  onSignedOut = listener
}

export interface RequestOptions {
  readonly method?: string
  readonly body?: unknown
  readonly signal?: AbortSignal
}

/**
 * Sends a request to the management API (`management/v1/…`) or the catalog (`v1/…`) in the session of the browser.
 * Returns the body, which is not checked against the type `T`.
 *
 * @throws ApiError for an error response
 */
export function request<T>(path: string, options: RequestOptions = {}): Promise<T> {
  return send<T>(`/api/${path}`, options)
}

/**
 * Sends a request to a path below the URL of the console and returns the parsed body. Throws `ApiError` for an error
 * response.
 */
export async function send<T>(place: string, { method = 'GET', body, signal }: RequestOptions): Promise<T> {
  const signals = [AbortSignal.timeout(timeLimitMs), ...(signal === undefined ? [] : [signal])]
  const response = await fetch(toUrl(place), {
    method,
    credentials: 'same-origin',
    signal: AbortSignal.any(signals),
    headers: body === undefined ? {} : { 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  const json = parseJson(text)
  if (response.ok) return json as T
  if (response.status === 401 && place.startsWith('/api/')) onSignedOut()
  throw new ApiError(response.status, readMessage(json), response.headers.get('x-request-id'))
}

/**
 * Parses JSON. Converts integers beyond the safe integers of JavaScript, such as snapshot ids, to strings. Returns
 * null for an empty or invalid text.
 */
function parseJson(text: string): unknown {
  if (text === '') return null
  try {
    return JSON.parse(text, (_key, value: unknown, context?: { source?: string }) =>
      typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value)
        ? (context?.source ?? String(value))
        : value,
    )
  } catch {
    return null
  }
}

function readMessage(json: unknown): string {
  const { error } = (json ?? {}) as { readonly error?: { readonly message?: string } }
  return error?.message ?? 'The server sent an unexpected response. Load the page again.'
}
