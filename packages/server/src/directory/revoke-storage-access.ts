import { HeadgateError } from '@headgate/errors'
import { revokeEngineStorage, revokePrincipalStorage } from '../store/revocations.ts'
import type { DirectoryDeps } from './deps.ts'
import { requireEngine } from './engines.ts'
import { changePolicy, type RequestedChange } from './policy-change.ts'
import { requirePrincipal } from './principals.ts'

/**
 * Ends the storage access of a principal: storage credentials of the gateway and all refresh tokens that were issued
 * before now. Callers that still have the right get new access. Returns the time of the revocation in epoch ms.
 */
export async function revokePrincipalAccess(
  deps: DirectoryDeps,
  change: RequestedChange,
  reference: string,
): Promise<number> {
  const { id, name } = await requirePrincipal(deps.sql, reference)
  change.audit.object = name
  change.audit.detail = { holder: 'principal' }
  return required(
    await changePolicy(deps, change, (tx) => revokePrincipalStorage(tx, id, Date.now())),
    reference,
  )
}

/** Ends the storage access that an engine received, for users and for itself. Returns the time of the revocation. */
export async function revokeEngineAccess(
  deps: DirectoryDeps,
  change: RequestedChange,
  reference: string,
): Promise<number> {
  const { id, name } = await requireEngine(deps.sql, reference)
  change.audit.object = name
  change.audit.detail = { holder: 'engine' }
  return required(
    await changePolicy(deps, change, (tx) => revokeEngineStorage(tx, id, Date.now())),
    reference,
  )
}

function required(notBefore: number | null, reference: string): number {
  if (notBefore === null) throw new HeadgateError('no-such-object', `There is no principal ${reference}.`)
  return notBefore
}
