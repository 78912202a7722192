import type { SignIns } from '../identity/sign-in/open-sign-ins.ts'
import type { KeyRing } from '../keys/key-ring.ts'
import type { OpenOperation } from '../operation/open-operation.ts'
import type { Response } from '../operation/operation.ts'
import { readBody } from '../operation/read-body.ts'
import { provenBy } from '../proven-identity.ts'
import {
  closeConsoleSession,
  findConsoleIdentity,
  openConsoleSession,
  sessionSeconds,
} from '../sessions/console-sessions.ts'
import type { SessionRenewal } from '../sessions/session-renewal.ts'
import { type AuditedDeps, audited } from './audited.ts'
import type { ConsoleCookie } from './cookie.ts'
import { parseJsonBody } from './json-body.ts'
import { refuseInsecure, refuseOtherSites } from './same-origin.ts'
import { authenticateBrowser, type SignInDeps, signInSchema } from './sign-in.ts'

/** Dependencies of `sessionOperations`. */
export interface SessionOperationDeps extends SignInDeps, AuditedDeps {
  readonly cookie: ConsoleCookie
  readonly ring: KeyRing
  readonly signIns: SignIns
  readonly renewal: SessionRenewal
  readonly publicUrl: string
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
        const secret = cookie.read(request) ?? ''
        const signedIn = deps.anonymous || (await findConsoleIdentity(sql, secret, deps.renewal)) !== null
        const issuers = [...deps.signIns].map(([issuer, { settings }]) => ({ issuer, label: settings.label }))
        return json({ signedIn, issuers })
      },
    },
    {
      id: 'openConsoleSession',
      method: 'POST',
      path,
      open: (request, _limits, withoutSlot = (body) => body) =>
        audited(deps, request, 'openConsoleSession', async ({ draft }) => {
          refuseOtherSites(request)
          refuseInsecure(request, cookie.isSecure)
          const body = await withoutSlot(readBody(request, { maxBytes: maxBodyBytes, setting: null }))
          const proof = parseJsonBody(
            request,
            body,
            signInSchema,
            'with clientId and clientSecret, or with code',
          )
          draft.detail = 'code' in proof ? { code: true } : { client: proof.clientId }
          const address = resolveAddress(request)
          const identity = await authenticateBrowser(deps, proof, address)
          const obtainedBy = provenBy(identity) ?? identity.method
          const browser = { address, userAgent: request.headers['user-agent'] ?? '' }
          const { secret } = await openConsoleSession(sql, { ...identity, obtainedBy }, browser)
          return { identity, response: signedIn(cookie.write(secret, sessionSeconds)) }
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
          const identity = await findConsoleIdentity(sql, secret, deps.renewal).catch(() => null)
          const { issuer, tokens } = (await closeConsoleSession(sql, deps.ring, secret)) ?? {}
          const signOutAt =
            issuer === undefined || tokens === undefined
              ? null
              : await deps.signIns.get(issuer)?.signOut(tokens, `${deps.publicUrl}/console/`)
          const response = { ...json({ signOutAt: signOutAt ?? null }), cookies: [cookie.write('', 0)] }
          return { identity, response }
        }),
    },
  ]
}

function json(body: unknown): Response {
  const headers = { 'content-type': 'application/json', 'cache-control': 'no-store' }
  return { status: 200, headers, body: JSON.stringify(body) }
}

function signedIn(cookie: string): Response {
  return { status: 204, headers: { 'cache-control': 'no-store' }, cookies: [cookie], body: null }
}
