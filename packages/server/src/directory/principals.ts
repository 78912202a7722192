import { randomUUID } from 'node:crypto'
import { HeadgateError } from '@headgate/errors'
import { generateSecret, hashSecret } from '../identity/client-secret.ts'
import { insertSecret } from '../store/client-secrets.ts'
import {
  deletePrincipal as deletePrincipalRow,
  findPrincipal,
  findPrincipalBySubject,
  insertPrincipal,
  ownIssuer,
  type PrincipalRow,
  setPrincipalEnabled as setEnabled,
  stopPrincipalSessions,
} from '../store/principals.ts'
import type { Queryable } from '../store/sql.ts'
import type { DirectoryDeps } from './deps.ts'
import { isId, parseExternalName } from './external-name.ts'
import { changePolicy, type RequestedChange } from './policy-change.ts'

export { listSecrets, type SecretRow } from '../store/client-secrets.ts'
export { listPrincipals, ownIssuer, type PrincipalRow } from '../store/principals.ts'

/**
 * Finds a principal by its id, by its client id if it belongs to this server, or by `ISSUER#SUBJECT`.
 *
 * @throws HeadgateError `no-such-object`
 */
export async function requirePrincipal(sql: Queryable, reference: string): Promise<PrincipalRow> {
  const { issuer, name } = parseExternalName(reference)
  const row = isId(reference)
    ? await findPrincipal(sql, reference)
    : await findPrincipalBySubject(sql, issuer ?? ownIssuer, name)
  if (!row) throw new HeadgateError('no-such-object', `There is no principal ${reference}.`)
  return row
}

/**
 * Creates a service principal with a client secret. Only a digest of the secret is stored.
 *
 * @throws HeadgateError `already-exists`
 */
export async function createPrincipal(
  deps: DirectoryDeps,
  change: RequestedChange,
  name: string,
): Promise<{ readonly principal: PrincipalRow; readonly clientSecret: string }> {
  change.audit.object = name
  const clientSecret = generateSecret()
  const principal = await changePolicy(deps, change, async (tx) => {
    const row = await insertPrincipal(tx, {
      id: randomUUID(),
      issuer: ownIssuer,
      subject: name,
      name,
      kind: 'service',
    })
    if (!row) throw new HeadgateError('already-exists', `A principal with the name ${name} already exists.`)
    await insertSecret(tx, row.id, hashSecret(clientSecret))
    return row
  })
  return { principal, clientSecret }
}

/**
 * Deletes a principal with its credentials, memberships and grants. Objects that the principal owns are not deleted.
 */
export async function deletePrincipal(
  deps: DirectoryDeps,
  change: RequestedChange,
  reference: string,
): Promise<void> {
  const row = await requirePrincipal(deps.sql, reference)
  refuseSelf(row, change, 'delete')
  change.audit.object = row.name
  await changePolicy(deps, change, (tx) => deletePrincipalRow(tx, row.id))
}

/** Enables a disabled principal. Its tokens that were issued before and have not expired are valid again. */
export function enablePrincipal(
  deps: DirectoryDeps,
  change: RequestedChange,
  reference: string,
): Promise<PrincipalRow> {
  return changeState(deps, change, reference, (tx, id) => setEnabled(tx, id, true))
}

/** Disables a principal. It receives no new tokens, and its existing tokens are refused. */
export function disablePrincipal(
  deps: DirectoryDeps,
  change: RequestedChange,
  reference: string,
): Promise<PrincipalRow> {
  return changeState(deps, change, reference, (tx, id) => setEnabled(tx, id, false), 'disable')
}

/** Invalidates all tokens of a principal that were issued before now. Its secrets stay valid. */
export function stopSessions(
  deps: DirectoryDeps,
  change: RequestedChange,
  reference: string,
): Promise<PrincipalRow> {
  return changeState(deps, change, reference, (tx, id) => stopPrincipalSessions(tx, id, Date.now()))
}

async function changeState(
  deps: DirectoryDeps,
  change: RequestedChange,
  reference: string,
  apply: (tx: Queryable, id: string) => Promise<PrincipalRow | null>,
  verbForSelf?: string,
): Promise<PrincipalRow> {
  const row = await requirePrincipal(deps.sql, reference)
  if (verbForSelf !== undefined) refuseSelf(row, change, verbForSelf)
  change.audit.object = row.name
  const changed = await changePolicy(deps, change, (tx) => apply(tx, row.id))
  if (!changed) throw new HeadgateError('no-such-object', `There is no principal ${reference}.`)
  return changed
}

/**
 * Refuses a change by which a caller would disable or delete its own principal. Another administrator can make the
 * change.
 */
export function refuseSelf({ id }: PrincipalRow, { call }: RequestedChange, verb: string): void {
  if (id === call.identity.principal.id)
    throw new HeadgateError('bad-request', `You cannot ${verb} yourself: ask another administrator.`)
}
