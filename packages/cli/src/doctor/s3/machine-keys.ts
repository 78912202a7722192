import { type AuthProvider, AuthRegistry } from '@headgate/auth'
import type { DoctorContext } from '../context.ts'
import type { CredentialOffer } from '../credentials/credential-offer.ts'
import { readLocations, toStorageKind } from '../credentials/locations.ts'
import { describeS3, readS3Error } from './s3-error.ts'
import { s3Request } from './s3-request.ts'
import { findTarget, parseS3Location, toUrl } from './s3-target.ts'

/** Time limit in ms for the search for keys, because a metadata server that does not exist never responds. */
const searchMs = 3_000

/** Result of the search for AWS keys on this machine, and of the attempt to read the table with them. */
export type MachineKeys =
  | { readonly status: 'missing' }
  /** The store accepted the keys for reading the table. */
  | { readonly status: 'usable' }
  /** The store could not be reached, which the storage layer reports. */
  | { readonly status: 'untested' }
  | { readonly status: 'refused'; readonly error: string }

/**
 * Finds the AWS keys of this machine (environment, profile, role), which engines use for tables without credentials,
 * and tries to read the table with them.
 */
export async function tryMachineKeys(context: DoctorContext, offer: CredentialOffer): Promise<MachineKeys> {
  const { learned, traits, settings } = context
  const { table } = learned
  const usesChain = traits.usesMachineKeys || settings.storage.usesMachineKeys === true
  if (table === undefined || !usesChain || toStorageKind(table.metadata.location) !== 's3')
    return { status: 'missing' }
  const provider = await openProvider(context, findTarget(context, offer).region)
  if (provider === null) return { status: 'missing' }
  learned.machineKeys = provider
  const { metadataFile } = readLocations(table)
  if (metadataFile === null) return { status: 'untested' }
  const target = findTarget(context, offer)
  const url = toUrl(target, parseS3Location(metadataFile))
  const request = { method: 'GET', url, headers: [['range', 'bytes=0-0']] } as const
  const response = await s3Request(context, target, request).catch(() => null)
  if (response === null) return { status: 'untested' }
  if (response.status < 300) return { status: 'usable' }
  const error = readS3Error(response)
  return response.status === 401 || response.status === 403 || /Key|Token/.test(error.code ?? '')
    ? { status: 'refused', error: describeS3(error) }
    : { status: 'untested' }
}

async function openProvider(context: DoctorContext, region: string): Promise<AuthProvider | null> {
  const { env, fetch, signal, closeLater } = context
  try {
    const provider = await new AuthRegistry().create(
      { 'rest.auth.type': 'sigv4', 'rest.auth.sigv4.service': 's3', 'rest.auth.sigv4.region': region },
      { env, fetch, signal, initializeTimeoutMs: searchMs },
    )
    closeLater(provider)
    return provider
  } catch {
    return null
  }
}
