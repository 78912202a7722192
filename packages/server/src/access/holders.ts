import type { Privilege } from '../privilege.ts'
import type { SecurableRow } from '../store/grants.ts'
import { listHolders } from '../store/holders.ts'
import { listNamedHolders } from '../store/named-principals.ts'
import type { PrincipalRow } from '../store/principals.ts'
import type { Queryable } from '../store/sql.ts'
import { filterHeld, listChainObjects } from './chain-objects.ts'
import { decide, managesServer } from './decide.ts'
import type { Policies } from './policies.ts'
import type { Policy } from './policy.ts'
import { isOwners, privilegesGiving, privilegesGivingOnServer } from './privilege-bits.ts'

export interface HolderDeps {
  readonly sql: Queryable
  readonly policies: Policies
}

type HolderPosition = Pick<PrincipalRow, 'name' | 'id'>

/** List of the principals that hold a privilege on an object, as one caller may see it. */
export interface HolderList {
  /**
   * True when the list also contains members of roles and groups. False when it contains only owners and principals
   * that grants name directly.
   */
  readonly isComplete: boolean
  read(after: HolderPosition | null, limit: number): Promise<readonly PrincipalRow[]>
  /** Returns whether the list may show this principal. Null when it may show every principal. */
  readonly shown: ((holder: PrincipalRow) => Promise<boolean>) | null
}

/**
 * Returns the principals that hold a privilege on an object, ordered by name. The limits of engines are not applied.
 *
 * A caller with `manage` on the server sees all of these principals. Any other caller sees only owners and direct
 * grantees of the objects that it manages.
 *
 * @param asking policy of the caller
 */
export async function findHolders(
  { sql, policies }: HolderDeps,
  { kind, chain, policyVersion }: SecurableRow,
  privilege: Privilege,
  asking: Policy,
): Promise<HolderList> {
  const isComplete = managesServer(asking)
  const holdsByOwnership = isOwners(privilege)
  const privileges = privilegesGiving(privilege)
  const shown = async ({ id }: PrincipalRow): Promise<boolean> => {
    const policy = isComplete ? await policies.ofPrincipal(id, policyVersion) : await policies.ofRights(id)
    return decide(policy, chain, privilege).outcome === 'allow'
  }
  const list = { isComplete, shown: policies.narrows ? shown : null }
  if (!isComplete) {
    const managed = filterHeld(asking, chain, await listChainObjects(sql, chain), 'manage')
    const securableIds = managed.map(({ id }) => id)
    const owners = holdsByOwnership ? managed.map(({ ownerId }) => ownerId) : []
    return {
      ...list,
      read: (after, limit) => listNamedHolders(sql, { securableIds, privileges, owners, after, limit }),
    }
  }
  const selection = {
    securableIds: chain.ids,
    privileges,
    serverPrivileges: privilegesGivingOnServer(privilege),
    unlimitedEngines: holdsByOwnership,
    owners: holdsByOwnership ? chain.owners : [],
    groupAges: policies.groupAges,
    warehouseId: kind === 'server' ? null : (chain.ids.at(-1) ?? null),
  }
  return { ...list, read: (after, limit) => listHolders(sql, { ...selection, after, limit }) }
}
