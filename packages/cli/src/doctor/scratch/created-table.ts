import { randomUUID } from 'node:crypto'
import type { LoadedTable } from '@headgate/iceberg/client'
import { failed, warning, type Diagnosis } from '../finding.ts'
import { reports } from '../reports.ts'
import type { DoctorContext } from '../context.ts'
import { readOffer, type CredentialOffer } from '../credentials/credential-offer.ts'
import { readLocations, toStorageKind } from '../credentials/locations.ts'
import { renewKeys } from '../credentials/renew-keys.ts'
import { describeS3, readS3Error } from '../s3/s3-error.ts'
import { s3Request } from '../s3/s3-request.ts'
import { findTarget, parseS3Location, toUrl } from '../s3/s3-target.ts'

/**
 * Checks the storage access of a staged table, which is not committed yet: its keys, a write with these keys, and the
 * renewal of the keys.
 */
export async function checkStaged(context: DoctorContext, table: LoadedTable): Promise<readonly Diagnosis[]> {
  const offer = readCreatedOffer(context, table)
  if (offer === null) return []
  const problems = await checkOffer(context, table, offer)
  if (problems.length > 0 || context.traits.renewsKeys !== 'endpoint') return problems
  const renewal = await renewKeys(context, offer)
  if (renewal?.problem === undefined) {
    if (renewal !== null) context.fact('the keys of a staged table were renewed')
    return []
  }
  return [
    warning('staged-renewal-refused', {
      evidence: `Keys of a table that is being created cannot be renewed. ${renewal.problem.evidence}`,
      remedy:
        'CREATE TABLE AS must end within the lifetime of the keys. Use a catalog that renews keys of staged tables (Headgate does), or keys with a longer lifetime.',
      report: 'https://github.com/apache/iceberg/issues/13554',
    }),
  ]
}

/** Checks the storage access of a committed new table: its keys, and a write with these keys. */
export async function checkCreated(
  context: DoctorContext,
  table: LoadedTable,
): Promise<readonly Diagnosis[]> {
  const offer = readCreatedOffer(context, table)
  return offer === null ? [] : await checkOffer(context, table, offer)
}

/** Returns the storage access of a created table, or null for files in a local directory, which need no keys. */
function readCreatedOffer({ traits }: DoctorContext, table: LoadedTable): CredentialOffer | null {
  const { table: location } = readLocations(table)
  return toStorageKind(location) === 'file' ? null : readOffer(table, location, traits)
}

async function checkOffer(
  context: DoctorContext,
  table: LoadedTable,
  offer: CredentialOffer,
): Promise<readonly Diagnosis[]> {
  const { settings, traits, learned } = context
  const expects = settings.delegation.length > 0 && settings.storage.keys === undefined
  if (offer.mode === 'none' && expects && learned.offer?.mode !== 'none') {
    return [
      failed('no-credentials-on-create', {
        evidence: `The catalog offers no storage access in the response to createTable${table.staged ? ' (stage-create)' : ''}, so ${traits.label} cannot write the first files.`,
        remedy:
          'Let the catalog vend credentials for createTable too. Until then, create tables empty with one statement, and write with the next one.',
        report: reports.keysOnlyOnLoad,
      }),
    ]
  }
  const isS3 = toStorageKind(readLocations(table).table) === 's3'
  return isS3 && (offer.mode === 'keys' || settings.storage.keys !== undefined)
    ? await writeFile(context, table, offer)
    : []
}

/**
 * Checks that the storage keys of a new table allow the engine to write, read and delete a file in the folder of data
 * files.
 */
async function writeFile(
  context: DoctorContext,
  table: LoadedTable,
  offer: CredentialOffer,
): Promise<readonly Diagnosis[]> {
  const { data } = readLocations(table)
  const target = findTarget(context, offer)
  const url = toUrl(target, parseS3Location(`${data}/headgate-doctor-${randomUUID()}`))
  const body = new TextEncoder().encode('Written by headgate doctor.')
  for (const method of ['PUT', 'GET', 'DELETE'] as const) {
    const response = await s3Request(context, target, { method, url, ...(method === 'PUT' ? { body } : {}) })
    if (response.status < 300) continue
    const create = method === 'DELETE' ? warning : failed
    return [
      create(`data-${method.toLowerCase()}-refused`, {
        evidence: `${method} of a file in ${data}: ${describeS3(readS3Error(response))}.`,
        remedy:
          'Let the catalog vend keys that read, write and delete in all locations of the table to callers that may modify it.',
        report: reports.keysWithoutData,
      }),
    ]
  }
  context.fact(`a file in ${data} was written, read and deleted`)
  return []
}
