import { singleHeader, tabulateHeaders, type HeaderTable } from '../canonical/canonical-headers.ts'
import { normalizePath } from '../canonical/canonical-path.ts'
import { parseQuery, type QueryParameter } from '../canonical/canonical-query.ts'
import { canonicalHead } from '../canonical/canonical-request.ts'
import { parsePayload, type Payload } from '../payload.ts'
import { rulesFor, type SigningRules } from '../rules.ts'
import { attempt, SigV4Error, type Result } from '../sigv4-error.ts'
import { splitTarget, type WireRequest } from '../wire-request.ts'
import { parseAuthorizationHeader } from './authorization-header.ts'
import {
  isPresigned,
  parseAuthorizationQuery,
  SECURITY_TOKEN,
  SIGNATURE,
  type QueryAuthentication,
} from './authorization-query.ts'
import { checkHeaders } from './check-headers.ts'
import { checkScope } from './check-scope.ts'
import { checkHeaderTime, checkQueryTime } from './check-time.ts'
import type { Authentication, ParsedRequest, VerificationPolicy } from './parsed-request.ts'

/**
 * Parses the authentication of an incoming request and performs all checks that need no secret. Pass the request
 * without decoding: `request.url` and `headerPairs(request.rawHeaders)` of `node:http`.
 *
 * @example
 * ```ts
 * const parsed = parseRequest(
 *   { method: req.method, target: req.url, headers: headerPairs(req.rawHeaders) },
 *   { services: ['s3'], regions: ['eu-central-1'], now: new Date() },
 * )
 * if (!parsed.ok) return refuse(parsed.refusal.code)
 * const verified = verifySignature(parsed.value, await findSecret(parsed.value.accessKeyId))
 * ```
 */
export function parseRequest(request: WireRequest, policy: VerificationPolicy): Result<ParsedRequest> {
  return attempt(() => parse(request, policy))
}

function parse(request: WireRequest, policy: VerificationPolicy): ParsedRequest {
  const { path, query } = splitTarget(request.target)
  const parameters = parseQuery(query)
  const sent = tabulateHeaders(request.headers)
  const headers = policy.host === undefined ? sent : new Map([...sent, ['host', [policy.host]]])

  const authorization = singleHeader(headers, 'authorization')
  const presigned = isPresigned(parameters) ? parseAuthorizationQuery(parameters) : undefined
  const authentication = chooseAuthentication(authorization, presigned)
  if (policy.forms?.includes(authentication.form) === false) {
    throw new SigV4Error(
      'form-not-allowed',
      `Authentication in the ${authentication.form} is not allowed on this server`,
    )
  }
  checkScope(authentication, policy)
  checkHeaders(headers, authentication, policy)
  if (policy.repeatedParameters !== 'allow') checkRepetition(parameters)

  const time =
    presigned === undefined
      ? checkHeaderTime(
          authentication,
          { amzDate: singleHeader(headers, 'x-amz-date'), httpDate: singleHeader(headers, 'date') },
          policy,
        )
      : checkQueryTime(authentication, presigned, policy)
  const rules = policy.rules ?? rulesFor(authentication.scope.service)
  const { form, accessKeyId, scope, signedHeaders, signature } = authentication
  return {
    form,
    accessKeyId,
    scope,
    signedHeaders,
    signature,
    ...time,
    ...sessionToken(headers, authentication, presigned, policy),
    payload: readPayload(headers, presigned, rules),
    host: singleHeader(headers, 'host') ?? '',
    path: rules.normalizePath ? normalizePath(path) : path,
    canonicalHead: canonicalHead({
      method: request.method,
      path,
      parameters: presigned === undefined ? parameters : signedParameters(parameters, policy),
      headers,
      signedHeaders,
      rules,
    }),
  }
}

function chooseAuthentication(
  authorization: string | undefined,
  presigned: QueryAuthentication | undefined,
): Authentication {
  if (authorization !== undefined && presigned !== undefined) {
    throw new SigV4Error(
      'two-authentications',
      'The request has an authorization header and is also signed in its query. Send one of them.',
    )
  }
  if (presigned !== undefined) return presigned
  if (authorization !== undefined) return parseAuthorizationHeader(authorization)
  throw new SigV4Error('no-authentication', 'The request is not signed')
}

function checkRepetition(parameters: readonly QueryParameter[]): void {
  const seen = new Set<string>()
  for (const { name } of parameters) {
    if (seen.has(name))
      throw new SigV4Error('duplicate-parameter', 'A query parameter was sent more than once')
    seen.add(name)
  }
}

function signedParameters(
  parameters: readonly QueryParameter[],
  policy: VerificationPolicy,
): QueryParameter[] {
  return parameters.filter(
    ({ name }) => name !== SIGNATURE && !(name === SECURITY_TOKEN && policy.sessionToken === 'after'),
  )
}

function sessionToken(
  headers: HeaderTable,
  authentication: Authentication,
  presigned: QueryAuthentication | undefined,
  policy: VerificationPolicy,
): { readonly sessionToken?: string; readonly sessionTokenSigned: boolean } {
  const header = singleHeader(headers, 'x-amz-security-token')
  if (header !== undefined && presigned?.sessionToken !== undefined) {
    throw new SigV4Error('duplicate-header', 'The session token was sent in a header and in the query')
  }
  if (header !== undefined) {
    const signed = authentication.signedHeaders.includes('x-amz-security-token')
    return { sessionToken: header, sessionTokenSigned: signed }
  }
  if (presigned?.sessionToken === undefined) return { sessionTokenSigned: false }
  return { sessionToken: presigned.sessionToken, sessionTokenSigned: policy.sessionToken !== 'after' }
}

function readPayload(
  headers: HeaderTable,
  presigned: QueryAuthentication | undefined,
  rules: SigningRules,
): Payload {
  const inHeader = singleHeader(headers, 'x-amz-content-sha256')
  if (
    inHeader !== undefined &&
    presigned?.contentSha256 !== undefined &&
    inHeader !== presigned.contentSha256
  ) {
    throw new SigV4Error(
      'malformed-payload-hash',
      'The header and the query contain different payload hashes',
    )
  }
  const stated = {
    contentSha256: inHeader ?? presigned?.contentSha256,
    decodedLength: singleHeader(headers, 'x-amz-decoded-content-length'),
    trailer: singleHeader(headers, 'x-amz-trailer'),
  }
  const unsigned = presigned !== undefined && rules.presignedPayload === 'unsigned'
  const hashNotSent = presigned === undefined ? !rules.payloadHeader : !unsigned
  return parsePayload(
    stated,
    unsigned ? { kind: 'unsigned' } : hashNotSent ? { kind: 'hash-not-sent' } : undefined,
  )
}
