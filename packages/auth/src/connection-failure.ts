/** Codes of a connection that was never made, as Node (system and undici), Bun and Deno name them. */
const UNMADE = new Set([
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
 * The code of what broke a connection: `fetch` hides it in the cause of its error. Undefined where there is none, as in
 * browsers.
 */
export function failureCode(error: unknown): string | undefined {
  for (let at = error, depth = 0; at instanceof Error && depth < 4; depth++) {
    if ('code' in at && typeof at.code === 'string') return at.code
    // Deno has no codes, but tells in its messages in which phase a request failed.
    const phase = /client error \((\w+)\)/.exec(at.message)?.[1]
    if (phase !== undefined) return phase
    at = at.cause
  }
  return undefined
}

/** Whether a request certainly did not leave: the name or the port did not answer. */
export function neverSent(error: unknown): boolean {
  const code = failureCode(error)
  return code !== undefined && UNMADE.has(code)
}
