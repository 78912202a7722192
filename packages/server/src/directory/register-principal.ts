import { randomUUID } from 'node:crypto'
import { HeadgateError } from '@headgate/errors'
import { isNamedByEngine } from '../store/engines.ts'
import { hasPrincipals, insertPrincipal, ownIssuer, type PrincipalRow } from '../store/principals.ts'
import { listConfiguredIssuers } from './configured-issuers.ts'
import type { DirectoryDeps } from './deps.ts'
import { changePolicy, type RequestedChange } from './policy-change.ts'

/** Principal to create. */
export interface NewPrincipal extends Pick<PrincipalRow, 'issuer' | 'subject'> {
  /** Name of the principal in lists. The first token of a user replaces it. */
  readonly name: string
  /** True: the issuer of the principal may be one of which the server has no users yet. */
  readonly allowUnknownIssuer: boolean
}

/**
 * Creates a principal without a secret. It is a client of this server that authenticates with keys or federated tokens,
 * or a user of another issuer. Such a user can then receive grants before signing in for the first time.
 *
 * @throws HeadgateError `already-exists`, or `bad-request` for an issuer of which the server has no users
 */
export async function registerPrincipal(
  deps: DirectoryDeps,
  change: RequestedChange,
  { issuer, subject, name, allowUnknownIssuer }: NewPrincipal,
): Promise<PrincipalRow> {
  const label = issuer === ownIssuer ? subject : `${issuer}#${subject}`
  if (!allowUnknownIssuer) await refuseUnknownIssuer(deps, issuer)
  change.audit.object = label
  const kind = issuer === ownIssuer ? 'service' : 'user'
  return changePolicy(deps, change, async (tx) => {
    const row = await insertPrincipal(tx, { id: randomUUID(), issuer, subject, name, kind })
    if (!row) throw new HeadgateError('already-exists', `The principal ${label} already exists.`)
    return row
  })
}

/**
 * Refuses an issuer whose users the server cannot know. It knows users of configured issuers, and of issuers whose
 * users an engine names.
 */
async function refuseUnknownIssuer(
  { sql, issuers }: Pick<DirectoryDeps, 'sql' | 'issuers'>,
  issuer: string,
): Promise<void> {
  if (issuer === ownIssuer || issuers.has(issuer)) return
  if ((await isNamedByEngine(sql, issuer)) || (await hasPrincipals(sql, issuer))) return
  throw new HeadgateError(
    'bad-request',
    `The server accepts no tokens of the issuer ${issuer}, and no engine names its users, so the principal could never authenticate. ${listConfiguredIssuers(issuers)}`,
  )
}
