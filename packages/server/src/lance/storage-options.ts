import { HeadgateError } from '@headgate/errors'
import type { TableIdentifier } from '@headgate/iceberg/rest'
import type { LocationRights } from '../catalog/chosen-places.ts'
import type { Warehouse } from '../catalog/warehouses.ts'
import { auditedResponse, identityWithQuery } from '../credentials/audit-access.ts'
import {
  issueBeforeCreate,
  issueStorageAccess,
  type IssuedStorageAccess,
  type StorageAccessRequest,
} from '../credentials/issue-storage-access.ts'
import { toLanceOptions } from '../credentials/lance-options.ts'
import type { StorageTarget } from '../credentials/storage-grant.ts'
import type { Call } from '../operation/operation.ts'
import type { LanceDeps } from './deps.ts'

/** Table whose storage a client accesses. */
export interface AccessedTable {
  readonly warehouse: Warehouse
  readonly identifier: TableIdentifier
  readonly target: StorageTarget
  readonly location: string
}

export type StorageOptions = Readonly<Record<string, string>> | undefined

/**
 * Issues storage options for a table. Undefined when the client declined them, or when the warehouse vends no
 * credentials.
 *
 * @param wanted `vend_credentials` of the request. Clients that omit it once never ask again, so only `false` declines
 * @throws HeadgateError `unsupported` when the warehouse signs requests instead, which Lance clients do not support
 */
export async function storageOptions(
  deps: LanceDeps,
  call: Call,
  table: AccessedTable,
  wanted: boolean | undefined,
): Promise<StorageOptions> {
  const request = toRequest(call, table, wanted)
  return request === null ? undefined : encode(deps, call, await issueStorageAccess(deps, request, call))
}

/** Issues storage options for a table before it is declared; see `issueBeforeCreate`. */
export async function storageOptionsBeforeCreate(
  deps: LanceDeps,
  call: Call,
  table: AccessedTable,
  wanted: boolean | undefined,
  rights: LocationRights | null,
): Promise<StorageOptions> {
  const request = toRequest(call, table, wanted)
  return request === null
    ? undefined
    : encode(deps, call, await issueBeforeCreate(deps, request, rights, call))
}

function toRequest(
  call: Call,
  { warehouse, identifier, target, location }: AccessedTable,
  wanted: boolean | undefined,
): StorageAccessRequest | null {
  const { mode } = warehouse.vending
  if (wanted === false || mode === 'none') return null
  if (mode === 'remote-signing')
    throw new HeadgateError(
      'unsupported',
      `Lance clients cannot use warehouse ${warehouse.name}, because it signs each storage request. Set another vending mode: headgate warehouse update ${warehouse.name} --vending gateway`,
    )
  return {
    identity: identityWithQuery(call),
    warehouse,
    identifier,
    target,
    location,
    views: [],
    role: null,
    restriction: null,
    delegations: ['vended-credentials'],
    userAgent: call.header('user-agent'),
  }
}

function encode(
  { now }: Pick<LanceDeps, 'now'>,
  call: Call,
  issued: IssuedStorageAccess | null,
): StorageOptions {
  const access = auditedResponse(call, issued)
  if (issued === null || access === null) return undefined
  return toLanceOptions({ ...issued.grant.warehouse.hints, ...access.config }, now())
}
