import { AuthError } from '../auth-error.ts'
import { hintFor, type Refusal } from './recipes.ts'

/** What an answer says of an error (RFC 6749 section 5.2). */
export interface ErrorAnswer {
  readonly error: string | undefined
  readonly description: string | undefined
}

/** The error in an answer, if it holds one. */
export function errorAnswer(text: string): ErrorAnswer {
  try {
    const body: unknown = JSON.parse(text)
    if (typeof body !== 'object' || body === null) return { error: undefined, description: undefined }
    // Iceberg's own errors are objects below `error`; Google's older endpoints name theirs alike.
    const inner = 'error' in body ? body.error : undefined
    if (typeof inner === 'object' && inner !== null) {
      return {
        error: textOf(inner, 'type') ?? textOf(inner, 'status'),
        description: textOf(inner, 'message'),
      }
    }
    return { error: textOf(body, 'error'), description: textOf(body, 'error_description') }
  } catch {
    return { error: undefined, description: undefined }
  }
}

/** The error to throw: who said no to what, why, and what to change. */
export function tokenError(answer: Omit<Refusal, 'error' | 'description'> & ErrorAnswer): AuthError {
  const { error, description, status, host, grant } = answer
  const what = error ?? `status ${status}`
  const why = description === undefined || description === '' ? '' : ` (${description})`
  const hint = hintFor(answer)
  const message = `${host} refused ${grant}: ${what}${why}.${hint === undefined ? '' : ` ${hint.text}`}`
  const reason = status >= 500 || status === 429 ? 'unavailable' : 'refused'
  return new AuthError(reason, message, {
    ...(hint?.property === undefined ? {} : { property: hint.property }),
    ...(error === undefined ? {} : { error }),
  })
}

function textOf(body: object, name: string): string | undefined {
  const value = Object.entries(body).find(([key]) => key === name)?.[1]
  return typeof value === 'string' ? readable(value) : undefined
}

/** What an issuer says, for one line of a log: no line ends, no tokens, no more than a few sentences. */
function readable(text: string): string {
  return text
    .replaceAll(/[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g, '[redacted]')
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/[^\x20-\x7e\u00a0-\ud7ff]/g, '')
    .trim()
    .replace(/\.$/, '')
    .slice(0, 300)
}
