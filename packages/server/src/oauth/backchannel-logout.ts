import { randomUUID } from 'node:crypto'
import { HeadgateError, isHeadgateError } from '@headgate/errors'
import type { DirectoryDeps } from '../directory/deps.ts'
import { logOut } from '../directory/subjects.ts'
import { readBody } from '../operation/read-body.ts'
import type { OpenOperation } from '../operation/open-operation.ts'
import type { Response } from '../operation/operation.ts'
import type { IssuerTokens } from '../identity/issuers/external-tokens.ts'
import { verifyLogout } from '../identity/issuers/verify-logout.ts'
import { parseForm } from './form.ts'

/** Dependencies of the logout endpoint. */
export interface LogoutDeps extends Pick<DirectoryDeps, 'sql' | 'policies'> {
  readonly tokens: Pick<IssuerTokens, 'trusted'>
  /** Logs why a logout token was refused. */
  readonly log: (reason: string) => void
  /** Returns the current time in epoch ms. Tests replace it. */
  readonly now?: () => number
}

const maxBodyBytes = 64 * 1024
const headers = { 'content-type': 'application/json', 'cache-control': 'no-store' }

/**
 * Returns the endpoint at which an issuer reports that a user signed out or was disabled (OpenID Connect
 * Back-Channel Logout 1.0 section 2.5). After the report, the server refuses all earlier tokens of the user
 * and all sessions that were created with one of them.
 */
export function backchannelLogout(deps: LogoutDeps): OpenOperation {
  const { tokens, log, now = Date.now } = deps

  async function acceptLogout(token: string): Promise<void> {
    const check = await verifyLogout(tokens, token, now())
    if (!check.ok) {
      log(check.reason)
      throw new HeadgateError('bad-request', check.message)
    }
    await logOut(deps, check.value, { requestId: randomUUID(), now: now() })
  }

  return {
    id: 'logOut',
    method: 'POST',
    path: '/oauth/backchannel-logout',
    async open(request, _limits, withoutSlot = (body) => body): Promise<Response> {
      try {
        const body = await withoutSlot(readBody(request, { maxBytes: maxBodyBytes, setting: null }))
        const form = parseForm(request.headers['content-type'], body)
        const token = form.get('logout_token')
        if (token === undefined)
          throw new HeadgateError('bad-request', 'The parameter logout_token is missing.')
        await acceptLogout(token)
        return { status: 200, headers, body: null }
      } catch (error) {
        if (!isHeadgateError(error)) throw error
        const { status, oauth = 'invalid_request' } = error.kind
        const body = JSON.stringify({ error: oauth, error_description: error.message })
        return { status, headers, body }
      }
    },
  }
}
