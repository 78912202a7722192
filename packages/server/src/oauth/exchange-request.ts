import { HeadgateError } from '@headgate/errors'
import type { Form } from './form.ts'
import { parseScope } from './scope.ts'
import { invalidRequest } from './token-errors.ts'
import { tokenTypes } from './token-types.ts'

/**
 * Parsed parameters of a token exchange request (RFC 8693 section 2.1). The tokens in it are not verified.
 */
export interface ExchangeRequest {
  readonly subjectToken: string
  /**
   * True when `subject_token_type` is the general type `jwt`. Unsigned subject tokens and assertions must
   * have this type.
   */
  readonly isDeclaredJwt: boolean
  readonly actorToken: string | null
  readonly scope: string
}

const subjectTypes: readonly string[] = Object.values(tokenTypes)
const issuedTypes: readonly string[] = [tokenTypes.accessToken, tokenTypes.jwt]
/** Maximum length of any token that the server accepts. */
const maxTokenLength = 16_384

/**
 * Parses the parameters of a token exchange request.
 *
 * @param self names of this server that `resource` and `audience` may contain: the issuer and the audience of
 *   its tokens
 */
export function readExchange(form: Form, self: readonly string[]): ExchangeRequest {
  const subjectToken = token(form, 'subject_token')
  if (subjectToken === null) throw invalidRequest('The parameter subject_token is missing.')
  const subjectType = type(form, 'subject_token_type', 'subject_token')
  const actorToken = token(form, 'actor_token')
  if (actorToken !== null) type(form, 'actor_token_type', 'actor_token')
  else if (form.has('actor_token_type'))
    throw invalidRequest('The parameter actor_token_type needs an actor_token: send both, or neither.')
  const issued = form.get('requested_token_type')
  if (issued !== undefined && !issuedTypes.includes(issued))
    throw invalidRequest(`The requested_token_type must be ${issuedTypes.join(' or ')}.`)
  for (const name of ['audience', 'resource']) {
    const target = form.get(name)
    if (target !== undefined && !isSelf(target, self)) {
      throw new HeadgateError(
        'invalid-target',
        `The ${name} must be ${self.join(' or ')}: this server issues tokens only for itself.`,
      )
    }
  }
  return {
    subjectToken,
    isDeclaredJwt: subjectType === tokenTypes.jwt,
    actorToken,
    scope: parseScope(form.get('scope')),
  }
}

function token(form: Form, name: string): string | null {
  const value = form.get(name) ?? null
  if (value !== null && value.length > maxTokenLength)
    throw invalidRequest(`The ${name} can have at most ${maxTokenLength} characters.`)
  return value
}

function type(form: Form, name: string, of: string): string {
  const value = form.get(name)
  if (value === undefined)
    throw invalidRequest(`The parameter ${name} is missing: send the type of the ${of}.`)
  if (subjectTypes.includes(value)) return value
  throw invalidRequest(`The ${name} must be one of ${subjectTypes.join(', ')}.`)
}

/**
 * Returns whether a `resource` or `audience` parameter names this server, or a resource below the URL of this
 * server (RFC 8707).
 */
function isSelf(target: string, self: readonly string[]): boolean {
  return self.some((name) => target === name || target.startsWith(`${name}/`))
}
