/** Error codes that mean that a connection was not established, in Node (system and undici), Bun and Deno. */
const NOT_CONNECTED = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'ConnectionRefused',
  'FailedToOpenSocket',
  'Connect',
])

/**
 * Returns the code of a connection error, which `fetch` stores in the cause of its error. Returns undefined if there
 * is no code, as in browsers.
 *
 * @example
 * ```ts
 * const error = await fetch('http://127.0.0.1:3').catch((thrown: unknown) => thrown)
 * failureCode(error) // 'ECONNREFUSED'
 * ```
 */
export function failureCode(error: unknown): string | undefined {
  for (let at = error, depth = 0; at instanceof Error && depth < 4; depth++) {
    if ('code' in at && typeof at.code === 'string') return at.code
    // Deno sets no error codes, but its error messages name the phase in which a request failed.
    const phase = /client error \((\w+)\)/.exec(at.message)?.[1]
    if (phase !== undefined) return phase
    at = at.cause
  }
  return undefined
}

/**
 * Returns whether a request was certainly not sent, because the connection was not established.
 *
 * @example
 * ```ts
 * const error = await fetch('http://127.0.0.1:3').catch((thrown: unknown) => thrown)
 * neverSent(error) // true
 * ```
 */
export function neverSent(error: unknown): boolean {
  const code = failureCode(error)
  return code !== undefined && NOT_CONNECTED.has(code)
}
