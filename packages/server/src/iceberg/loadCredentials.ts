import { HeadgateError } from '@headgate/errors'
import type { WireCredential } from '../credentials/client-config.ts'
import { missingForCredentials, refusalOf } from '../credentials/refresh-refusal.ts'
import { refreshCredential } from '../credentials/refresh.ts'
import { vendingOf } from '../credentials/vending-of.ts'
import type { Answer, Call, Operation } from '../http/operation.ts'
import { jsonAnswer } from './answers.ts'
import { type RelationPlace, warehouseOf } from './find.ts'
import { relationParam } from './names.ts'
import type { IcebergParts } from './parts.ts'
import { route } from './route.ts'
import { handOut, holdingOf, isBeyond } from './storage-access.ts'
import { findReadable } from './through-views.ts'

/**
 * Storage credentials for a table, new ones. With `storageRefreshToken` exactly the one that the token stands for, also
 * while the table is only being created.
 */
export function loadCredentials(parts: IcebergParts): Operation {
  const answer = async (call: Call): Promise<Answer> => {
    const at = { warehouse: await warehouseOf(parts, call), identifier: relationParam(parts, call, 'table') }
    const token = call.query.get('storageRefreshToken')
    if (call.query.has('planId')) throw withPlan(token !== null)
    return token === null ? newCredentials(parts, call, at) : renewed(parts, call, at, token)
  }
  return route('loadCredentials', answer, { needsNoUser: namesItsUser })
}

/** A renewal is the call of the user whom the token names, whoever sends it. */
export function namesItsUser(query: URLSearchParams): boolean {
  return query.has('storageRefreshToken')
}

async function newCredentials(parts: IcebergParts, call: Call, at: RelationPlace): Promise<Answer> {
  const { found, through } = await findReadable(parts, call, at, 'table', 'none').catch((error: unknown) => {
    throw error instanceof HeadgateError && error.code === 'no-such-table' ? missingForCredentials() : error
  })
  const { mode } = vendingOf(at.warehouse)
  if (mode === 'none' || mode === 'remote-signing') return credentialsAnswer([])
  const holding = holdingOf(found, through)
  if (isBeyond(holding)) return credentialsAnswer([])
  return credentialsAnswer((await handOut(parts, call, holding, 'vend')).credentials)
}

async function renewed(parts: IcebergParts, call: Call, at: RelationPlace, token: string): Promise<Answer> {
  try {
    const { admitted, ...handedOut } = await refreshCredential(
      parts.refresh,
      { token, identity: call.identity, ...at },
      call.signal,
    )
    call.audit.securable = { kind: 'relation', id: admitted.claims.relationId }
    call.audit.withoutUser = false
    call.audit.identity = admitted.renewal.identity
    call.audit.detail = { access: admitted.claims.access }
    return credentialsAnswer(handedOut.credentials)
  } catch (error) {
    const reason = refusalOf(error)
    if (reason !== null) call.audit.reason = `storage refresh token: ${reason}`
    throw error
  }
}

/** Nobody on the way may keep it. */
function credentialsAnswer(credentials: readonly WireCredential[]): Answer {
  const answer = jsonAnswer({ 'storage-credentials': credentials.map((credential) => ({ ...credential })) })
  return { ...answer, headers: { ...answer.headers, 'cache-control': 'no-store' } }
}

function withPlan(withToken: boolean): HeadgateError {
  return new HeadgateError(
    'bad-request',
    withToken
      ? 'planId and storageRefreshToken exclude each other: send the one that the credential came with.'
      : 'There is no plan of this id: this server plans no scans, so load the table for its credentials.',
  )
}
