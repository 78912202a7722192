import type { IncomingMessage } from 'node:http'
import { HeadgateError } from '@headgate/errors'
import { z } from 'zod'
import { SignInRefused } from '../identity/sign-in/sign-in-refused.ts'
import { findSignInFailure, refusedSignIn } from '../oauth/token-errors.ts'
import { toAttemptKey } from '../operation/forwarded.ts'
import type { OpenOperation } from '../operation/open-operation.ts'
import { readBody } from '../operation/read-body.ts'
import type { Response } from '../operation/operation.ts'
import { findConsoleIdentity, openConsoleSession, sessionSeconds } from '../sessions/console-sessions.ts'
import { sealTokens } from '../sessions/issuer-tokens.ts'
import { openStarted, sealStarted, startedSeconds } from '../sessions/started-sign-in.ts'
import { audited, type Done, type Running } from './audited.ts'
import type { ConsoleCookie } from './cookie.ts'
import { parseJsonBody } from './json-body.ts'
import { pageHeaders } from './page-headers.ts'
import { refuseInsecure, refuseOtherSites } from './same-origin.ts'
import type { SessionOperationDeps } from './session-operations.ts'

export interface IssuerOperationDeps extends SessionOperationDeps {
  /** Cookie of sign-ins that have started. */
  readonly startedCookie: ConsoleCookie
}

const maxBodyBytes = 4 * 1024

/** Maximum length of a place, so that the cookie with the started sign-in has less than 4096 bytes. */
const maxPlaceLength = 1_024

const startSchema = z.strictObject({
  issuer: z.string().max(512),
  place: z.string().max(maxPlaceLength).default('/'),
})

/** Returns the operations that start a sign-in at an issuer, and finish it when the issuer sends the browser back. */
export function issuerOperations(deps: IssuerOperationDeps): readonly OpenOperation[] {
  return [
    {
      id: 'startConsoleSignIn',
      method: 'POST',
      path: '/console/sign-in',
      async open(request, _limits, withoutSlot = (body) => body) {
        refuseOtherSites(request)
        refuseInsecure(request, deps.cookie.isSecure)
        const body = await withoutSlot(readBody(request, { maxBytes: maxBodyBytes, setting: null }))
        const { issuer, place } = parseJsonBody(request, body, startSchema, 'with issuer and place')
        const signIn = deps.signIns.get(issuer)
        if (signIn === undefined)
          throw new HeadgateError('bad-request', 'The console offers no sign-in at this issuer.')
        const { url, started } = await signIn.start()
        const sealed = sealStarted(deps.ring, { ...started, place: toOwnPlace(deps, place) }, Date.now())
        const headers = { 'content-type': 'application/json', 'cache-control': 'no-store' }
        const cookies = [deps.startedCookie.write(sealed, startedSeconds)]
        return { status: 200, headers, cookies, body: JSON.stringify({ url }) }
      },
    },
    {
      id: 'finishConsoleSignIn',
      method: 'GET',
      path: '/console/callback',
      open: (request) =>
        audited(
          deps,
          request,
          'openConsoleSession',
          (running) => finish(deps, request, running),
          (error, running) => failed(deps, error, running),
        ),
    },
  ]
}

async function finish(
  deps: IssuerOperationDeps,
  request: IncomingMessage,
  { draft }: Running,
): Promise<Done> {
  refuseInsecure(request, deps.cookie.isSecure)
  const { sql } = deps.tokens
  const started = openStarted(deps.ring, deps.startedCookie.read(request) ?? '', Date.now())
  const signIn = started === null ? undefined : deps.signIns.get(started.issuer)
  if (started === null || signIn === undefined)
    throw refusedSignIn('expired', 'the browser has not started this sign-in, or started it too long ago')
  draft.detail = { issuer: started.issuer }
  const address = deps.resolveAddress(request)
  const search = new URL(request.url ?? '', deps.publicUrl).searchParams
  const user = await deps.attempts.run(
    { address: toAttemptKey(address), client: 'console sign-in', secret: null },
    () =>
      signIn.finish(started, search).catch((error: unknown) => {
        throw error instanceof SignInRefused ? refusedSignIn(error.failure, error.message) : error
      }),
  )
  const { secret } = await openConsoleSession(
    sql,
    { principal: user.principal, obtainedBy: 'external-token' },
    { address, userAgent: request.headers['user-agent'] ?? '' },
    {
      issuer: started.issuer,
      sid: user.sid,
      tokens: sealTokens(deps.ring, user.tokens),
      checkAt: user.checkAt,
      tokenEndsAt: user.expiresAt,
    },
  )
  const identity = await findConsoleIdentity(sql, secret, null)
  if (identity === null) throw refusedSignIn('disabled', 'the principal is disabled')
  const cookies = [deps.cookie.write(secret, sessionSeconds), deps.startedCookie.write('', 0)]
  return { identity, response: seeOther(deps, started.place, cookies) }
}

/** Leads the browser to the page of the sign-in, which explains the failure. */
function failed(deps: IssuerOperationDeps, error: HeadgateError, { requestId }: Running): Response {
  const failure = findSignInFailure(error) ?? 'unavailable'
  const place = `/?${new URLSearchParams({ 'sign-in': failure, request: requestId }).toString()}`
  return seeOther(deps, place, [deps.startedCookie.write('', 0)])
}

function seeOther({ publicUrl }: IssuerOperationDeps, place: string, cookies: readonly string[]): Response {
  const location = `${publicUrl}/console${place}`
  return {
    status: 303,
    headers: { ...pageHeaders, 'cache-control': 'no-store', location },
    cookies,
    body: null,
  }
}

/** Returns the place if its URL is in the console and not too long, otherwise the first page. */
function toOwnPlace({ publicUrl }: IssuerOperationDeps, place: string): string {
  const base = new URL(`${publicUrl}/console/`)
  const url = URL.parse(`${publicUrl}/console${place}`)
  const isOwn = url?.origin === base.origin && url.pathname.startsWith(base.pathname)
  const own = isOwn ? url.href.slice(base.href.length - 1) : '/'
  return own.length > maxPlaceLength ? '/' : own
}
