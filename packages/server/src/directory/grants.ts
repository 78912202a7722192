import type { Privilege, Restriction } from '../privilege.ts'
import { deleteGrant, insertGrant, type SecurableRow } from '../store/grants.ts'
import type { Queryable } from '../store/sql.ts'
import type { DirectoryDeps } from './deps.ts'
import { type Grantee, type GranteeReference, requireGrantee } from './grantees.ts'
import { keepAdministering } from './keep-administering.ts'
import { changePolicy, type RequestedChange } from './policy-change.ts'

export {
  findSecurable,
  findSecurableName,
  findSecurables,
  type GrantKey,
  type GrantRow,
  listGrants,
  type SecurableName,
  type SecurableRow,
} from '../store/grants.ts'

/** Privileges on one object, for one principal, role or group. */
export interface GrantRequest {
  readonly object: SecurableRow
  readonly privileges: readonly Privilege[]
  /** Restriction of a grant of `select`, or null. */
  readonly restriction: Restriction | null
  readonly grantee: GranteeReference
}

/**
 * Grants privileges on an object and on everything below it. Returns false if all these privileges were granted before.
 */
export async function grantPrivileges(
  deps: DirectoryDeps,
  change: RequestedChange,
  request: GrantRequest,
): Promise<boolean> {
  const grantee = await requireGrantee(deps, request.grantee, true)
  describe(change, request, grantee)
  const { id: securableId, kind: securableKind } = request.object
  const grantedBy = change.call.identity.principal.id
  return changePolicy(deps, change, (tx) =>
    changeEach(request.privileges, (privilege) =>
      insertGrant(tx, {
        restriction: request.restriction,
        securableId,
        securableKind,
        granteeId: grantee.id,
        granteeKind: grantee.kind,
        privilege: request.restriction === null ? privilege : 'select-restricted',
        grantedBy,
      }),
    ),
  )
}

/**
 * Revokes exactly the named grants. Rights by other grants, roles or ownership remain. Returns false if none of the
 * named grants existed.
 *
 * @throws HeadgateError `bad-request` if the caller could no longer administer the server
 */
export async function revokePrivileges(
  deps: DirectoryDeps,
  change: RequestedChange,
  request: GrantRequest,
): Promise<boolean> {
  const grantee = await requireGrantee(deps, request.grantee)
  describe(change, request, grantee)
  const { object } = request
  return changePolicy(deps, change, async (tx: Queryable) => {
    const key = { securableId: object.id, granteeId: grantee.id }
    const deleted = await changeEach(request.privileges, (privilege) => deleteGrants(tx, key, privilege))
    if (object.kind === 'server') await keepAdministering(tx, change)
    return deleted
  })
}

/**
 * Deletes the grants of a privilege to a grantee. Returns false if there are none. A grantee can have an unrestricted and a
 * restricted grant of `select`: both are deleted.
 */
export async function deleteGrants(
  tx: Queryable,
  key: { readonly securableId: string; readonly granteeId: string },
  privilege: Privilege,
): Promise<boolean> {
  const restricted =
    privilege === 'select' && (await deleteGrant(tx, { ...key, privilege: 'select-restricted' }))
  return (await deleteGrant(tx, { ...key, privilege })) || restricted
}

function describe(
  { audit }: RequestedChange,
  { object, privileges, restriction }: GrantRequest,
  grantee: Grantee,
): void {
  const [first] = privileges
  const granted = privileges.length === 1 && first !== undefined ? first : [...privileges]
  audit.securable = { kind: object.kind, id: object.id }
  audit.detail = {
    granted,
    to: grantee.name,
    toKind: grantee.kind,
    ...(restriction === null ? {} : { restriction }),
  }
}

/** Makes one change for each privilege. Returns true if at least one of them changed a row. */
async function changeEach(
  privileges: readonly Privilege[],
  change: (privilege: Privilege) => Promise<boolean>,
): Promise<boolean> {
  let changed = false
  for (const privilege of privileges) changed = (await change(privilege)) || changed
  return changed
}
