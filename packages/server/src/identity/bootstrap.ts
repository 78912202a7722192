import { randomUUID } from 'node:crypto'
import { serverId } from '../reserved-ids.ts'
import { insertAudit } from '../store/audit.ts'
import { deleteAllAccessKeys } from '../store/access-keys.ts'
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
/** Name of the role that has `manage` on the server. */
export const administratorsRole = 'administrators'

export type Bootstrap =
  | { readonly created: true; readonly clientId: string; readonly clientSecret: string }
  | { readonly created: false; readonly clientId: string }

/**
 * Creates the first administrator: the principal `admin`, as a member of the role `administrators`, which has `manage` on
 * the server. The secret is returned once, and only its hash is stored. If `admin` exists already, nothing changes,
 * unless `reset` is true. A reset enables the principal, replaces its secrets, deletes its access keys, and restores its membership and the grant
 * of the role.
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
    // Replicas that start at the same time wait here for one another. So another replica may have created the principal.
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
    await deleteAllAccessKeys(tx, id)
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

/** Creates the role `administrators`, or restores its grant of `manage` on the server. Returns the id of the role. */
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
