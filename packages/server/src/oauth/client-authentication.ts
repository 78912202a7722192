import { bearerOf } from '../identity/bearer.ts'
import { type Form, formDecode } from './form.ts'
import { invalidRequest } from './token-errors.ts'
import { jwtAssertion } from './token-types.ts'

const maxLength = 512
const maxAssertionLength = 16_384

/** What a client sent to prove who it is. */
export type ClientProof =
  /** `id` null: it sent a secret alone. */
  | { readonly kind: 'secret'; readonly id: string | null; readonly secret: string }
  | { readonly kind: 'assertion'; readonly id: string | null; readonly assertion: string }
  /** Proves an engine in Iceberg's own dialect of token exchange, and nobody anywhere else. */
  | { readonly kind: 'bearer'; readonly token: string }

/**
 * Reads how the client authenticates: `client_secret_basic` (id and secret form-encoded inside, RFC 6749 section 2.3.1),
 * `client_secret_post`, or a JWT (`private_key_jwt` and its like, RFC 7523 section 2.2), never two of them. Null: not at all.
 *
 * A `Bearer` header gives way to any of them: Iceberg clients that get a new token send their old one along.
 */
export function clientProofOf(authorization: string | undefined, form: Form): ClientProof | null {
  const basic = authorization === undefined ? null : basicCredentials(authorization)
  const assertion = assertionOf(form)
  const secret = form.get('client_secret')
  const id = form.get('client_id') ?? null
  if ([basic, assertion, secret].filter((given) => given !== null && given !== undefined).length > 1) {
    throw invalidRequest(
      'The client authenticates twice: use the Authorization header, client_secret or client_assertion, one of them.',
    )
  }
  if (basic) {
    if (id !== null && id !== basic.id)
      throw invalidRequest('The client_id is not the one of the Authorization header.')
    return basic
  }
  if (assertion !== null) {
    if ((id ?? '').length > maxLength) throw tooLong()
    return { kind: 'assertion', id, assertion }
  }
  if (secret !== undefined) return limited({ kind: 'secret', id, secret })
  const token = authorization === undefined ? null : bearerOf(authorization)
  return token === null ? null : { kind: 'bearer', token }
}

function assertionOf(form: Form): string | null {
  const [assertion, type] = [form.get('client_assertion'), form.get('client_assertion_type')]
  if (assertion === undefined && type === undefined) return null
  if (assertion === undefined || type !== jwtAssertion)
    throw invalidRequest(`A client_assertion must come with the client_assertion_type ${jwtAssertion}.`)
  if (assertion.length > maxAssertionLength)
    throw invalidRequest(`The client_assertion may have ${maxAssertionLength} characters at most.`)
  return assertion
}

function basicCredentials(header: string): Extract<ClientProof, { kind: 'secret' }> | null {
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
  return limited({ kind: 'secret', id: id === '' ? null : id, secret })
}

function limited(
  credentials: Extract<ClientProof, { kind: 'secret' }>,
): Extract<ClientProof, { kind: 'secret' }> {
  if ((credentials.id ?? '').length > maxLength || credentials.secret.length > maxLength) throw tooLong()
  return credentials
}

function tooLong(): Error {
  return invalidRequest(`The client id and secret may have ${maxLength} characters at most.`)
}

function malformed(): Error {
  return invalidRequest('The Authorization header must be Basic and base64 of the form-encoded id:secret.')
}
