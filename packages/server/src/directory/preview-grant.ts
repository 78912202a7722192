import { findHolders } from '../access/holders.ts'
import type { Policies } from '../access/policies.ts'
import type { Policy } from '../access/policy.ts'
import type { Privilege } from '../privilege.ts'
import { insertGrant } from '../store/grants.ts'
import type { PrincipalRow } from '../store/principals.ts'
import type { Queryable, Sql } from '../store/sql.ts'
import { requireGrantee } from './grantees.ts'
import { deleteGrants, type GrantRequest } from './grants.ts'

/** Effect of a grant or a revocation on the principals with a privilege. */
export interface GrantEffect {
  readonly privilege: Privilege
  readonly gains: readonly PrincipalRow[]
  readonly loses: readonly PrincipalRow[]
  /** False: further principals are affected that the caller may not see, or that exceed the limit. */
  readonly isComplete: boolean
}

export interface PreviewRequest extends GrantRequest {
  readonly action: 'grant' | 'revoke'
  /** Policy of the caller. */
  readonly asking: Policy
  readonly callerId: string
}

/** Maximum number of principals with a privilege that are compared. */
const maxHolders = 1_000

/** Ends the transaction of a preview without a commit. */
class PreviewDone extends Error {
  override readonly name = 'PreviewDone'
}

/**
 * Returns which principals would gain or lose each privilege by a grant or a revocation. The change is made in a transaction
 * that is rolled back, so the result takes roles, groups, ownership and other grants into account as the decision itself.
 *
 * @throws HeadgateError when the grantee does not exist
 */
export async function previewGrant(
  deps: { readonly sql: Sql; readonly policies: Policies; readonly issuers: ReadonlySet<string> },
  request: PreviewRequest,
): Promise<readonly GrantEffect[]> {
  const grantee = await requireGrantee(deps, request.grantee, request.action === 'grant')
  const effects: GrantEffect[] = []
  try {
    await deps.sql.transaction(async (tx) => {
      effects.length = 0
      for (const privilege of request.privileges) {
        const before = await readHolders(deps, tx, request, privilege)
        await change(tx, request, grantee, privilege)
        const after = await readHolders(deps, tx, request, privilege)
        effects.push({
          privilege,
          gains: missingFrom(before.rows, after.rows),
          loses: missingFrom(after.rows, before.rows),
          isComplete: before.isComplete && after.isComplete,
        })
      }
      throw new PreviewDone()
    })
  } catch (error) {
    if (!(error instanceof PreviewDone)) throw error
  }
  return effects
}

async function change(
  tx: Queryable,
  { object, action, callerId }: PreviewRequest,
  grantee: Awaited<ReturnType<typeof requireGrantee>>,
  privilege: Privilege,
): Promise<void> {
  const key = { securableId: object.id, granteeId: grantee.id }
  if (action === 'revoke') await deleteGrants(tx, key, privilege)
  else
    await insertGrant(tx, {
      ...key,
      privilege,
      securableKind: object.kind,
      granteeKind: grantee.kind,
      grantedBy: callerId,
    })
}

async function readHolders(
  { policies }: { readonly policies: Policies },
  sql: Queryable,
  { object, asking }: PreviewRequest,
  privilege: Privilege,
): Promise<{ readonly rows: readonly PrincipalRow[]; readonly isComplete: boolean }> {
  const list = await findHolders({ sql, policies }, object, privilege, asking)
  const rows = await list.read(null, maxHolders + 1)
  return { rows: rows.slice(0, maxHolders), isComplete: list.isComplete && rows.length <= maxHolders }
}

/** Returns the principals of `all` that are not in `known`. */
function missingFrom(known: readonly PrincipalRow[], all: readonly PrincipalRow[]): readonly PrincipalRow[] {
  const ids = new Set(known.map(({ id }) => id))
  return all.filter(({ id }) => !ids.has(id))
}
