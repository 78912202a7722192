import { randomUUID } from 'node:crypto'
import { serverId } from '../reserved-ids.ts'
import { insertAudit } from '../store/audit.ts'
import { dropAllSecrets, insertSecret } from '../store/client-secrets.ts'
import { insertGrant } from '../store/grants.ts'
import { bumpPolicy } from '../store/policies.ts'
import {
  findPrincipalBySubject,
  insertPrincipal,
  ownIssuer,
  setPrincipalEnabled,
} from '../store/principals.ts'
import { addRoleMember, findRoleByName, insertRole } from '../store/roles.ts'
import type { Queryable, Sql } from '../store/sql.ts'
import { auditRow } from '../events/audit-row.ts'
import { generateSecret, hashSecret } from './client-secret.ts'

/** Name and client id of the first administrator. */
const administratorName = 'admin'
/** The role that has `manage` on the server. */
export const administratorsRole = 'administrators'

export type Bootstrap =
  | { readonly created: true; readonly clientId: string; readonly clientSecret: string }
  | { readonly created: false; readonly clientId: string }

/**
 * Makes the first administrator: the principal `admin`, the role `administrators` with `manage` on the server, and the
 * one in the other. The secret is returned once and kept nowhere in clear. When there is an `admin` already, nothing
 * happens, unless `reset` asks for a way back in: then its secrets are replaced, it is enabled, and its membership and
 * the role's grant are restored.
 *
 * @example
 * ```ts
 * const admin = await bootstrapAdministrator({ sql })
 * if (admin.created) await writeCredentialFile(path, admin)
 * ```
 */
export async function bootstrapAdministrator(parts: {
  readonly sql: Sql
  readonly reset?: boolean
}): Promise<Bootstrap> {
  const clientSecret = generateSecret()
  const clientId = administratorName
  const created = await parts.sql.transaction(async (tx) => {
    if (parts.reset !== true && (await findPrincipalBySubject(tx, ownIssuer, administratorName))) return false
    // Makes replicas that start at the same time wait for one another, so the principal is looked for again after it.
    await bumpPolicy(tx)
    const present = await findPrincipalBySubject(tx, ownIssuer, administratorName)
    if (present && parts.reset !== true) return false
    const id = present?.id ?? randomUUID()
    if (present) await setPrincipalEnabled(tx, id, true)
    else
      await insertPrincipal(tx, {
        id,
        issuer: ownIssuer,
        subject: administratorName,
        name: administratorName,
        kind: 'service',
      })
    await dropAllSecrets(tx, id)
    await insertSecret(tx, id, hashSecret(clientSecret))
    await addRoleMember(tx, await administratorsId(tx), { kind: 'principal', id })
    const draft = {
      operation: 'bootstrapAdministrator',
      object: administratorName,
      detail: { reset: present !== null },
    }
    await insertAudit(tx, [auditRow(draft, { requestId: 'bootstrap', identity: null }, 'allowed')])
    return true
  })
  return created ? { created, clientId, clientSecret } : { created, clientId }
}

/** Returns the id of the role, which is created or restored. */
async function administratorsId(tx: Queryable): Promise<string> {
  const present = await findRoleByName(tx, administratorsRole)
  const id = present?.id ?? randomUUID()
  if (!present) await insertRole(tx, { id, name: administratorsRole, system: true })
  await insertGrant(tx, {
    securableId: serverId,
    securableKind: 'server',
    granteeId: id,
    granteeKind: 'role',
    privilege: 'manage',
    grantedBy: null,
  })
  return id
}
