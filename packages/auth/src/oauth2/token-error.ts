import { AuthError } from '../auth-error.ts'
import { findHint, type Refusal } from './error-hints.ts'

/** Error of a token endpoint (RFC 6749 section 5.2). The members are undefined if the response does not contain them. */
export interface TokenEndpointError {
  readonly error: string | undefined
  readonly description: string | undefined
}

/** Parses the body of an error response of a token endpoint. */
export function parseTokenError(text: string): TokenEndpointError {
  try {
    const body: unknown = JSON.parse(text)
    if (typeof body !== 'object' || body === null) return { error: undefined, description: undefined }
    // In the error responses of Iceberg and of older Google endpoints, the member `error` is an object.
    const inner = 'error' in body ? body.error : undefined
    if (typeof inner === 'object' && inner !== null) {
      return {
        error: findText(inner, 'type') ?? findText(inner, 'status'),
        description: findText(inner, 'message'),
      }
    }
    return { error: findText(body, 'error'), description: findText(body, 'error_description') }
  } catch {
    return { error: undefined, description: undefined }
  }
}

/**
 * Creates the error of a refused token request, with the reason that the server states, and with a hint if the refusal
 * is known.
 */
export function tokenError(refusal: Refusal): AuthError {
  const { error, description, status, host, grant } = refusal
  const code = error ?? `status ${status}`
  const details = description === undefined || description === '' ? '' : ` (${description})`
  const hint = findHint(refusal)
  const message = `${host} refused ${grant}: ${code}${details}.${hint === undefined ? '' : ` ${hint.text}`}`
  const reason = status >= 500 || status === 429 ? 'unavailable' : 'refused'
  return new AuthError(reason, message, {
    ...(hint?.property === undefined ? {} : { property: hint.property }),
    ...(error === undefined ? {} : { error }),
  })
}

function findText(body: object, name: string): string | undefined {
  const value = Object.entries(body).find(([key]) => key === name)?.[1]
  return typeof value === 'string' ? toMessageText(value) : undefined
}

/**
 * Converts a text of an issuer to text for one line of a log: removes line breaks and tokens, and shortens it to 300
 * characters.
 */
function toMessageText(text: string): string {
  return text
    .replaceAll(/[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g, '[redacted]')
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/[^\x20-\x7e\u00a0-\ud7ff]/g, '')
    .trim()
    .replace(/\.$/, '')
    .slice(0, 300)
}
