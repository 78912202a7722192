import type { HeadgateError } from '@headgate/errors'
import { checkNewName, formatIdentifier, formatNamespace } from '@headgate/iceberg/rest'
import { decide } from '../access/decide.ts'
import { enforce } from '../access/refuse.ts'
import type { Authorized } from './authorized.ts'
import { type Caller, policyAt } from './caller.ts'
import { missingNamespace } from './existing.ts'
import { type FindDeps, type LookedUp, lookUp } from './find-relation.ts'
import { missingIn } from './find-warehouse.ts'
import { type RelationRef, type ResolvedName, toResolvedName } from './target.ts'

/**
 * Looks up a name for a new relation, and authorizes the caller to create relations in its namespace. Does
 * not fail when a relation already has the name; the result then contains this relation.
 *
 * @throws HeadgateError of a missing namespace when it does not exist or the caller may not see it,
 *   `bad-request` when the name is free but not a valid name
 */
export async function findNameToCreate(
  deps: FindDeps,
  caller: Caller,
  ref: RelationRef,
): Promise<Authorized<ResolvedName>> {
  return authorizeCreate(deps, caller, await lookUp(deps, ref, 'none'))
}

/**
 * Authorizes the caller to create a relation under a name that was already looked up. Otherwise the same as
 * `findNameToCreate`.
 */
export async function authorizeCreate(
  deps: Pick<FindDeps, 'policies'>,
  caller: Caller,
  { resolved, ...ref }: LookedUp,
): Promise<Authorized<ResolvedName>> {
  const { audit } = caller
  const { warehouse, identifier } = ref
  audit.object = `${warehouse.name}:${formatIdentifier(identifier)}`
  audit.privilege = 'create'
  const name = toResolvedName(ref, resolved)
  const policy = await policyAt(deps, caller, resolved.policyVersion)
  const missing = (): HeadgateError => missingIn(policy, warehouse, missingNamespace(identifier.namespace))
  if (name === null) throw missing()
  audit.securable = { kind: 'namespace', id: name.namespaceId }
  const decision = decide(policy, name.namespaceChain, 'create')
  enforce(decision, { kind: 'namespace', name: formatNamespace(identifier.namespace), missing })
  if (name.relation === null) checkNewName(identifier.name, 'name of a table or view')
  return { found: name, decision, policy }
}
