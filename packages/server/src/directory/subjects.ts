import { HeadgateError } from '@headgate/errors'
import type { AuditDraft } from '../events/audit-event.ts'
import { auditRow } from '../events/audit-row.ts'
import { insertAudit } from '../store/audit.ts'
import { deleteSessionsOfIssuer } from '../store/issuer-sessions.ts'
import { bumpPolicy } from '../store/policies.ts'
import { findPrincipalBySubject, stopPrincipalSessions } from '../store/principals.ts'
import { useAssertion } from '../store/used-assertions.ts'
import type { DirectoryDeps } from './deps.ts'

export type { GroupAges } from '../store/policies.ts'
export { findNamed, findSubject, makeNamed, type SubjectRow } from '../store/subjects.ts'
export { useAssertion } from '../store/used-assertions.ts'

/** Logout of a user at its issuer (OpenID Connect Back-Channel Logout 1.0). */
export interface Logout {
  readonly issuer: string
  /** Null: only the session `sid` ends. */
  readonly subject: string | null
  /** Id of a session at the issuer, whose sessions of the web console end. */
  readonly sid: string | null
  /** Id (`jti`) of the logout token, unique for its issuer. */
  readonly id: string
  /** Expiry of the logout token in epoch ms. */
  readonly expiresAt: number
}

/**
 * Invalidates all tokens of a user that were issued before `now`, and the sessions that began with these tokens, and ends the
 * sessions of the web console that belong to one session at the issuer. Each logout token is accepted only once. The audit
 * event of each principal is committed in the same transaction.
 *
 * @param now current time in epoch ms
 * @throws HeadgateError `bad-request` if the logout token was used before
 */
export async function logOut(
  { sql, policies }: Pick<DirectoryDeps, 'sql' | 'policies'>,
  { issuer, subject, sid, id, expiresAt }: Logout,
  { requestId, now }: { readonly requestId: string; readonly now: number },
): Promise<void> {
  const version = await sql.transaction(async (tx) => {
    const version = await bumpPolicy(tx)
    if (!(await useAssertion(tx, { issuer: `logout ${issuer}`, id, expiresAt }))) return null
    const ofSession = sid === null ? [] : await deleteSessionsOfIssuer(tx, issuer, sid)
    const user = subject === null ? null : await findPrincipalBySubject(tx, issuer, subject)
    if (user !== null) await stopPrincipalSessions(tx, user.id, now)
    // A user that never signed in has no sessions to end.
    const others = ofSession.filter(({ id }) => id !== user?.id)
    const events = [...(user === null ? [] : [user]), ...others].map((row) => {
      const principal = { id: row.id, issuer: row.issuer, subject: row.subject, name: row.name }
      const identity = { principal, actors: [], method: 'external-token', expiresAt: null } as const
      const draft: AuditDraft = { operation: 'logOut', object: row.name, detail: { issuer } }
      return auditRow(draft, { requestId, identity }, 'allowed')
    })
    await insertAudit(tx, events)
    return version
  })
  if (version === null)
    throw new HeadgateError(
      'bad-request',
      'The logout token was used before, and each logout token is accepted only once.',
    )
  policies.saw(version)
}
