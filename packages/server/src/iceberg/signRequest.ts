import { HeadgateError } from '@headgate/errors'
import { decodeRemoteSignRequest } from '@headgate/iceberg/rest'
import { decide } from '../access/decide.ts'
import { checkLocations } from '../catalog/locations.ts'
import type { Access } from '../credentials/vendor.ts'
import { refusalOf } from '../credentials/refresh-refusal.ts'
import { admitToken } from '../credentials/refresh.ts'
import { signForTable } from '../credentials/signing/sign.ts'
import { vendingOf } from '../credentials/vending-of.ts'
import type { Answer, Call, Operation } from '../http/operation.ts'
import { jsonAnswer } from './answers.ts'
import { findRelation, type RelationPlace, warehouseOf } from './find.ts'
import { relationParam } from './names.ts'
import { namesItsUser } from './loadCredentials.ts'
import type { IcebergParts } from './parts.ts'
import { route } from './route.ts'
import { holdingOf, placesWithin } from './storage-access.ts'

/**
 * Signs a request to the object store of a table, with the warehouse's keys, when it does no more than the caller may do
 * with the table's objects. A table that is being created is known by its `storageRefreshToken`.
 */
export function signRequest(parts: IcebergParts): Operation {
  const answer = async (call: Call): Promise<Answer> => {
    const at = { warehouse: await warehouseOf(parts, call), identifier: relationParam(parts, call, 'table') }
    const request = decodeRemoteSignRequest(await call.json())
    const { prefixes, access, staged } = await reach(parts, call, at)
    const place = at.warehouse.store
    if (vendingOf(at.warehouse).mode !== 'remote-signing' || place === null) {
      throw new HeadgateError('unsupported', `Warehouse ${at.warehouse.name} signs no requests.`)
    }
    if (request.provider !== 's3')
      throw new HeadgateError('bad-request', `Requests of this provider are not signed: ${request.provider}`)
    checkLocations(at.warehouse, prefixes)
    const keys = await parts.storageKeys.of(place)
    const { signingKeys } = parts
    const ground = { place, keys, signingKeys, prefixes, access, now: new Date(parts.now()) }
    const signed = signForTable(request, ground)
    call.audit.detail = { signed: request.method, mode: 'remote-signing', staged }
    return signedAnswer(signed)
  }
  return route('signRequest', answer, { needsNoUser: namesItsUser })
}

interface Reach {
  readonly prefixes: readonly string[]
  readonly access: Access
  readonly staged: boolean
}

async function reach(parts: IcebergParts, call: Call, at: RelationPlace): Promise<Reach> {
  const token = call.query.get('storageRefreshToken')
  if (token !== null) {
    try {
      const { renewal } = await admitToken(parts.refresh, { token, identity: call.identity, ...at })
      call.audit.securable = { kind: 'relation', id: renewal.relation.id }
      call.audit.withoutUser = false
      call.audit.identity = renewal.identity
      return { ...renewal, staged: renewal.relation.staged }
    } catch (error) {
      const reason = refusalOf(error)
      if (reason !== null) call.audit.reason = `storage refresh token: ${reason}`
      throw error
    }
  }
  const { found } = await findRelation(parts, call, at, 'table', 'select', 'none')
  const policy = await parts.policies.get(call.identity)
  const writes = decide(policy, found.chain, 'modify').outcome === 'allow'
  const prefixes = placesWithin(at.warehouse, holdingOf(found).prefixes)
  return { prefixes, access: writes ? 'read-write' : 'read', staged: false }
}

function signedAnswer({ mayBeKept, uri, headers }: ReturnType<typeof signForTable>): Answer {
  const answer = jsonAnswer({ uri, headers })
  // Iceberg's client keeps what is private, for the same request by the same caller, until the signature is too old.
  return {
    ...answer,
    headers: { ...answer.headers, 'cache-control': mayBeKept ? 'private' : 'no-cache' },
  }
}
