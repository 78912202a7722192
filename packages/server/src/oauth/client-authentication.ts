import { type Form, formDecode } from './form.ts'
import { invalidRequest } from './token-errors.ts'

const maxLength = 512

/** What a client sent to prove who it is. `id` null: it sent a secret alone. */
export interface ClientCredentials {
  readonly id: string | null
  readonly secret: string
}

/**
 * Reads the client's id and secret from the request: `client_secret_basic` (id and secret form-encoded inside, RFC 6749
 * section 2.3.1) or `client_secret_post`, never both. Null: there are none.
 *
 * A `Bearer` header is passed over: Iceberg clients that renew a token send their old one along.
 */
export function clientCredentialsOf(authorization: string | undefined, form: Form): ClientCredentials | null {
  const basic = authorization === undefined ? null : basicCredentials(authorization)
  const secret = form.get('client_secret')
  const id = form.get('client_id') ?? null
  if (basic) {
    if (secret !== undefined)
      throw invalidRequest('The client authenticates twice: use the Authorization header or the body.')
    if (id !== null && id !== basic.id)
      throw invalidRequest('The client_id is not the one of the Authorization header.')
    return basic
  }
  return secret === undefined ? null : limited({ id, secret })
}

function basicCredentials(header: string): ClientCredentials | null {
  const space = header.indexOf(' ')
  const scheme = (space < 0 ? header : header.slice(0, space)).toLowerCase()
  if (scheme === 'bearer') return null
  const value = space < 0 ? '' : header.slice(space + 1).trim()
  if (scheme !== 'basic') throw invalidRequest('The Authorization header of a token request must be Basic.')
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(value)) throw malformed()
  const text = Buffer.from(value, 'base64').toString('utf8')
  const colon = text.indexOf(':')
  if (colon < 0) throw malformed()
  const id = formDecode(text.slice(0, colon))
  const secret = formDecode(text.slice(colon + 1))
  if (id === null || secret === null || secret === '') throw malformed()
  return limited({ id: id === '' ? null : id, secret })
}

function limited(credentials: ClientCredentials): ClientCredentials {
  if ((credentials.id ?? '').length > maxLength || credentials.secret.length > maxLength) {
    throw invalidRequest(`The client id and secret may have ${maxLength} characters at most.`)
  }
  return credentials
}

function malformed(): Error {
  return invalidRequest('The Authorization header must be Basic and base64 of the form-encoded id:secret.')
}
