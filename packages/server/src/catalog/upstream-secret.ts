import { HeadgateError } from '@headgate/errors'
import type { MasterKey } from '../keys/master-key.ts'
import { openWithMaster, sealWithMaster } from '../keys/master-seal.ts'
import type { WarehouseContent, WarehouseRow } from '../store/warehouses.ts'

/**
 * Settings of an upstream catalog in the form of its warehouse row: readable settings, and encrypted secrets.
 */
export type StoredUpstream = Pick<WarehouseContent, 'upstream' | 'upstreamSecret'>

/** Settings of an upstream catalog in the row of a managed warehouse, which has none. */
export const noUpstream: StoredUpstream = { upstream: null, upstreamSecret: null }

/** Secret properties of the auth providers for an upstream catalog. */
export interface UpstreamSecrets {
  readonly auth: Readonly<Record<string, string>>
  readonly authRead: Readonly<Record<string, string>>
}

/**
 * Encrypts the secret auth properties for the upstream catalog of a warehouse. Returns null when there are
 * none.
 */
export function sealUpstreamSecrets(
  master: MasterKey,
  warehouseId: string,
  secrets: UpstreamSecrets,
): Buffer | null {
  if (Object.values(secrets).every((properties) => Object.keys(properties).length === 0)) return null
  return sealWithMaster(master, upstreamSecretContext(warehouseId), Buffer.from(JSON.stringify(secrets)))
}

/**
 * Decrypts the secret auth properties for the upstream catalog of a warehouse.
 *
 * @throws HeadgateError `internal` when they were encrypted with another master key or for another warehouse
 */
export function openUpstreamSecrets(
  master: MasterKey,
  row: Pick<WarehouseRow, 'id' | 'name' | 'upstreamSecret'>,
): UpstreamSecrets {
  if (row.upstreamSecret === null) return { auth: {}, authRead: {} }
  const opened = openWithMaster(master, upstreamSecretContext(row.id), row.upstreamSecret)
  if (opened === null) {
    throw new HeadgateError(
      'internal',
      `The master key (fingerprint ${master.fingerprint}) cannot decrypt the upstream secrets of warehouse ${row.name}. ` +
        'Start the server with the master key of this database, or set the secrets again: headgate warehouse update.',
    )
  }
  const parsed = JSON.parse(opened.toString()) as UpstreamSecrets | Record<string, string>
  // Earlier versions stored only the secret properties of `auth`.
  return isNested(parsed) ? parsed : { auth: parsed, authRead: {} }
}

/**
 * Returns the associated data for the encryption. It contains the id of the warehouse, so that the encrypted
 * secrets cannot be copied to another warehouse.
 */
export function upstreamSecretContext(warehouseId: string): string {
  return `headgate warehouse upstream\n${warehouseId}`
}

function isNested(parsed: UpstreamSecrets | Readonly<Record<string, string>>): parsed is UpstreamSecrets {
  return typeof parsed['auth'] === 'object'
}
