import { randomUUID } from 'node:crypto'
import { HeadgateError, isHeadgateError } from '@headgate/errors'
import { auditRow } from '../events/audit-row.ts'
import { readBody } from '../http/body.ts'
import type { OpenOperation } from '../http/open-operation.ts'
import type { Answer } from '../http/operation.ts'
import type { IssuerTokens } from '../identity/issuers/external-tokens.ts'
import { verifyLogout } from '../identity/issuers/verify-logout.ts'
import { insertAudit } from '../store/audit.ts'
import { bumpPolicy } from '../store/policies.ts'
import { findPrincipalBySubject, stopPrincipalSessions } from '../store/principals.ts'
import type { Sql } from '../store/sql.ts'
import { useAssertion } from '../store/used-assertions.ts'
import { parseForm } from './form.ts'

export interface LogoutParts {
  readonly sql: Sql
  readonly tokens: Pick<IssuerTokens, 'trusted'>
  /** Hears the policy version that a logout made. */
  readonly sawPolicy: (version: number) => void
  /** Gets why a logout token was refused. */
  readonly log: (reason: string) => void
  /** Epoch ms; for tests. */
  readonly now?: () => number
}

const maxBodyBytes = 64 * 1024
const headers = { 'content-type': 'application/json', 'cache-control': 'no-store' }

/**
 * Where issuers say that somebody signed out or was disabled (OpenID Connect Back-Channel Logout 1.0 section 2.5): every
 * token of theirs that was issued before is worthless from then on, here and in every session made of one.
 */
export function backchannelLogout({
  sql,
  tokens,
  sawPolicy,
  log,
  now = Date.now,
}: LogoutParts): OpenOperation {
  async function logOut(token: string): Promise<void> {
    const check = await verifyLogout(tokens, token, now())
    if (!check.ok) {
      log(check.reason)
      throw new HeadgateError('bad-request', check.told)
    }
    const { issuer, subject, id, expiresAt } = check.value
    const version = await sql.transaction(async (tx) => {
      const moved = await bumpPolicy(tx)
      if (!(await useAssertion(tx, { issuer: `logout ${issuer}`, id, expiresAt }))) return null
      const row = await findPrincipalBySubject(tx, issuer, subject)
      // Whoever never came has nothing here that could be ended.
      if (row === null) return moved
      await stopPrincipalSessions(tx, row.id, now())
      const principal = { id: row.id, issuer, subject, name: row.name }
      const identity = { principal, actors: [], method: 'external-token', expiresAt: null } as const
      const draft = { operation: 'logOut', object: row.name, detail: { issuer } }
      await insertAudit(tx, [auditRow(draft, { requestId: randomUUID(), identity }, 'allowed')])
      return moved
    })
    if (version === null) throw new HeadgateError('bad-request', 'The logout token was used before.')
    sawPolicy(version)
  }

  return {
    id: 'logOut',
    method: 'POST',
    path: '/oauth/backchannel-logout',
    async open(request, _limits, aside = (arriving) => arriving): Promise<Answer> {
      try {
        const body = await aside(readBody(request, { maxBytes: maxBodyBytes, setting: null }))
        const form = parseForm(request.headers['content-type'], body)
        const token = form.get('logout_token')
        if (token === undefined)
          throw new HeadgateError('bad-request', 'The parameter logout_token is missing.')
        await logOut(token)
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
