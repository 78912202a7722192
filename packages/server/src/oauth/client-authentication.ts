import { parseBearer } from '../identity/bearer.ts'
import { type Form, formDecode } from './form.ts'
import { invalidRequest } from './token-errors.ts'
import { jwtAssertion } from './token-types.ts'

const maxLength = 512
const maxAssertionLength = 16_384

/** Credential that a client sends in a token request to authenticate itself. */
export type ClientProof =
  /** A client secret. `id` is null when the request contains a secret without a client id. */
  | { readonly kind: 'secret'; readonly id: string | null; readonly secret: string }
  | { readonly kind: 'assertion'; readonly id: string | null; readonly assertion: string }
  /**
   * A `Bearer` token. It authenticates an engine in the token exchange that Iceberg defines; all other grants
   * ignore it.
   */
  | { readonly kind: 'bearer'; readonly token: string }

/**
 * Parses the client authentication of a token request: `client_secret_basic` (id and secret are form-encoded,
 * RFC 6749 section 2.3.1), `client_secret_post`, or a JWT (such as `private_key_jwt`, RFC 7523 section 2.2).
 * Refuses a request with two of these methods. Returns null when the request contains no client
 * authentication.
 *
 * Each of these methods has precedence over a `Bearer` header, because Iceberg clients send their old token
 * in that header when they request a new one.
 */
export function parseClientProof(authorization: string | undefined, form: Form): ClientProof | null {
  const basic = authorization === undefined ? null : basicCredentials(authorization)
  const assertion = parseAssertion(form)
  const secret = form.get('client_secret')
  const id = form.get('client_id') ?? null
  if ([basic, assertion, secret].filter((each) => each !== null && each !== undefined).length > 1) {
    throw invalidRequest(
      'The request contains two client authentications: send only one of the Authorization header, client_secret and client_assertion.',
    )
  }
  if (basic) {
    if (id !== null && id !== basic.id)
      throw invalidRequest(
        'The client_id differs from the client id in the Authorization header: send the same client id, or omit the parameter client_id.',
      )
    return basic
  }
  if (assertion !== null) {
    if ((id ?? '').length > maxLength) throw tooLong()
    return { kind: 'assertion', id, assertion }
  }
  if (secret !== undefined) return limited({ kind: 'secret', id, secret })
  const token = authorization === undefined ? null : parseBearer(authorization)
  return token === null ? null : { kind: 'bearer', token }
}

function parseAssertion(form: Form): string | null {
  const [assertion, type] = [form.get('client_assertion'), form.get('client_assertion_type')]
  if (assertion === undefined && type === undefined) return null
  if (assertion === undefined || type !== jwtAssertion)
    throw invalidRequest(`A client_assertion must come with the client_assertion_type ${jwtAssertion}.`)
  if (assertion.length > maxAssertionLength)
    throw invalidRequest(`The client_assertion can have at most ${maxAssertionLength} characters.`)
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
  return invalidRequest(`The client id and secret can have at most ${maxLength} characters.`)
}

function malformed(): Error {
  return invalidRequest(
    'The Authorization header must be "Basic" and the base64 encoding of the form-encoded client_id:client_secret.',
  )
}
