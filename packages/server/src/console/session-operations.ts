import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { HeadgateError, isHeadgateError } from '@headgate/errors'
import type { AuditDraft } from '../events/audit-event.ts'
import type { AuditLog } from '../events/audit-log.ts'
import type { ClientAddress } from '../operation/client-address.ts'
import type { OpenOperation } from '../operation/open-operation.ts'
import type { Response } from '../operation/operation.ts'
import { readBody } from '../operation/read-body.ts'
import type { ProvenIdentity } from '../proven-identity.ts'
import { provenBy } from '../proven-identity.ts'
import {
  closeConsoleSession,
  findConsoleIdentity,
  openConsoleSession,
  sessionSeconds,
} from '../sessions/console-sessions.ts'
import type { SessionCookie } from './cookie.ts'
import { refuseInsecure, refuseOtherSites } from './same-origin.ts'
import { authenticateBrowser, type SignIn, type SignInDeps, signInSchema } from './sign-in.ts'

/** Dependencies of `sessionOperations`. */
export interface SessionOperationDeps extends SignInDeps {
  readonly cookie: SessionCookie
  readonly audit: AuditLog
  readonly resolveAddress: ClientAddress
  /** Whether the server accepts requests without an identity. */
  readonly anonymous: boolean
}

const maxBodyBytes = 8 * 1024
const path = '/console/session'

/** Returns the operations that show, start and end the session of a browser. */
export function sessionOperations(deps: SessionOperationDeps): readonly OpenOperation[] {
  const { cookie, resolveAddress } = deps
  const { sql } = deps.tokens

  return [
    {
      id: 'getConsoleSession',
      method: 'GET',
      path,
      async open(request) {
        refuseOtherSites(request)
        const signedIn =
          deps.anonymous || (await findConsoleIdentity(sql, cookie.read(request) ?? '')) !== null
        const headers = { 'content-type': 'application/json', 'cache-control': 'no-store' }
        return { status: 200, headers, body: JSON.stringify({ signedIn }) }
      },
    },
    {
      id: 'openConsoleSession',
      method: 'POST',
      path,
      open: (request, _limits, withoutSlot = (body) => body) =>
        audited(deps, request, 'openConsoleSession', async (draft) => {
          refuseOtherSites(request)
          refuseInsecure(request, cookie.isSecure)
          const body = await withoutSlot(readBody(request, { maxBytes: maxBodyBytes, setting: null }))
          const proof = parseSignIn(request, body)
          draft.detail = 'code' in proof ? { code: true } : { client: proof.clientId }
          const address = resolveAddress(request)
          const identity = await authenticateBrowser(deps, proof, address)
          const obtainedBy = provenBy(identity) ?? identity.method
          const browser = { address, userAgent: request.headers['user-agent'] ?? '' }
          const { secret } = await openConsoleSession(sql, { ...identity, obtainedBy }, browser)
          return { identity, setCookie: cookie.write(secret, sessionSeconds) }
        }),
    },
    {
      id: 'closeConsoleSession',
      method: 'DELETE',
      path,
      open: (request) =>
        audited(deps, request, 'closeConsoleSession', async () => {
          refuseOtherSites(request)
          const secret = cookie.read(request) ?? ''
          const identity = await findConsoleIdentity(sql, secret)
          await closeConsoleSession(sql, secret)
          return { identity, setCookie: cookie.write('', 0) }
        }),
    },
  ]
}

interface Done {
  readonly identity: ProvenIdentity | null
  readonly setCookie: string
}

/** Runs an operation and records its audit event, which the request pipeline does only for authenticated callers. */
async function audited(
  { audit, resolveAddress }: SessionOperationDeps,
  request: IncomingMessage,
  operation: string,
  run: (draft: AuditDraft) => Promise<Done>,
): Promise<Response> {
  const draft: AuditDraft = { operation, address: resolveAddress(request) }
  const startedAt = performance.now()
  const record = (identity: ProvenIdentity | null, status: number, failure: HeadgateError | null): void =>
    audit.record({
      draft,
      identity,
      requestId: randomUUID(),
      status,
      milliseconds: performance.now() - startedAt,
      failure,
      userAgent: request.headers['user-agent'],
    })
  try {
    const { identity, setCookie } = await run(draft)
    record(identity, 204, null)
    return { status: 204, headers: { 'set-cookie': setCookie, 'cache-control': 'no-store' }, body: null }
  } catch (error) {
    if (isHeadgateError(error)) record(null, error.kind.status, error)
    throw error
  }
}

function parseSignIn({ headers }: IncomingMessage, body: Uint8Array): SignIn {
  if (/^application\/json *(;|$)/i.test(headers['content-type'] ?? '')) {
    const parsed = signInSchema.safeParse(parseJson(body))
    if (parsed.success) return parsed.data
  }
  throw new HeadgateError(
    'bad-request',
    'The body must be JSON with clientId and clientSecret, or with code, as Content-Type: application/json.',
  )
}

function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return undefined
    throw error
  }
}
