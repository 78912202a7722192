import { HeadgateError } from '@headgate/errors'
import type { Form } from './form.ts'
import { scopeOf } from './scope.ts'
import { invalidRequest } from './token-errors.ts'
import { tokenTypes } from './token-types.ts'

/** A token exchange as asked for (RFC 8693 section 2.1), believed by nobody yet. */
export interface ExchangeRequest {
  readonly subjectToken: string
  /** It is said to be a JWT, of which kind is not said: unsigned ones and assertions come as this. */
  readonly saidToBeJwt: boolean
  readonly actorToken: string | null
  readonly scope: string
}

const subjectTypes: readonly string[] = Object.values(tokenTypes)
const issuedTypes: readonly string[] = [tokenTypes.accessToken, tokenTypes.jwt]
/** As long as any token may be that is taken here. */
const maxTokenLength = 16_384

/** @param self how this server may be called as the target: the issuer and the audience of its tokens */
export function readExchange(form: Form, self: readonly string[]): ExchangeRequest {
  const subjectToken = token(form, 'subject_token')
  if (subjectToken === null) throw invalidRequest('The parameter subject_token is missing.')
  const subjectType = type(form, 'subject_token_type', 'subject_token')
  const actorToken = token(form, 'actor_token')
  if (actorToken !== null) type(form, 'actor_token_type', 'actor_token')
  else if (form.has('actor_token_type'))
    throw invalidRequest('There is an actor_token_type without an actor_token.')
  const issued = form.get('requested_token_type')
  if (issued !== undefined && !issuedTypes.includes(issued))
    throw invalidRequest(`The requested_token_type must be ${issuedTypes.join(' or ')}.`)
  for (const name of ['audience', 'resource']) {
    const target = form.get(name)
    if (target !== undefined && !isSelf(target, self)) {
      throw new HeadgateError(
        'invalid-target',
        `The ${name} must be ${self.join(' or ')}: this server gives tokens for itself alone.`,
      )
    }
  }
  return {
    subjectToken,
    saidToBeJwt: subjectType === tokenTypes.jwt,
    actorToken,
    scope: scopeOf(form.get('scope')),
  }
}

function token(form: Form, name: string): string | null {
  const value = form.get(name) ?? null
  if (value !== null && value.length > maxTokenLength)
    throw invalidRequest(`The ${name} may have ${maxTokenLength} characters at most.`)
  return value
}

function type(form: Form, name: string, of: string): string {
  const value = form.get(name)
  if (value === undefined)
    throw invalidRequest(`The parameter ${name} is missing: it says what the ${of} is.`)
  if (subjectTypes.includes(value)) return value
  throw invalidRequest(`The ${name} must be one of ${subjectTypes.join(', ')}.`)
}

/** The server itself, or something below its URL, as resources are named (RFC 8707). */
function isSelf(target: string, self: readonly string[]): boolean {
  return self.some((name) => target === name || target.startsWith(`${name}/`))
}
