import type { Diagnosis } from '../finding.ts'
import type { DoctorContext } from '../context.ts'
import type { CredentialOffer } from '../credentials/credential-offer.ts'
import { readLocations, toStorageKind, type TableLocations } from '../credentials/locations.ts'
import { checkStorageCors } from '../protocol/cors.ts'
import { judgeRead } from '../s3/judge-s3.ts'
import { probeData, probeOutside } from '../s3/probe-s3.ts'
import { s3Request } from '../s3/s3-request.ts'
import { findTarget, parseS3Location, toUrl } from '../s3/s3-target.ts'
import { checkOtherStore } from '../stores/other-stores.ts'
import { reachStore } from '../stores/reach-store.ts'
import { compareClocks } from './clock.ts'
import type { Layer } from './layer.ts'

/** Layer that accesses the storage from this machine with the credentials of the table. */
export const storageLayer: Layer = {
  name: 'storage',
  skip: ({ learned }) =>
    learned.table === undefined || learned.offer === undefined
      ? 'no table was loaded'
      : learned.offer === null
        ? 'the files are in a directory'
        : null,
  check: async (context) => {
    const { table, offer } = context.learned
    if (table === undefined || offer === undefined || offer === null) return []
    const locations = readLocations(table)
    const kind = toStorageKind(locations.table)
    if (kind === 's3') return await checkS3(context, offer, locations)
    return kind === 'gcs' || kind === 'adls' ? await checkOtherStore(context, offer, locations, kind) : []
  },
}

async function checkS3(
  context: DoctorContext,
  offer: CredentialOffer,
  locations: TableLocations,
): Promise<readonly Diagnosis[]> {
  const target = findTarget(context, offer)
  const location = locations.metadataFile ?? `${locations.table}/metadata/none`
  const url = toUrl(target, parseS3Location(location))
  const unreachable = await reachStore(context, new URL(url), target)
  if (unreachable.some(({ status }) => status === 'failed')) return unreachable
  if (target.keys === undefined && offer.mode === 'keys') return unreachable
  const response = await s3Request(context, target, { method: 'GET', url, headers: [['range', 'bytes=0-0']] })
  context.fact(`the metadata file: status ${response.status}`)
  const clocks = compareClocks(context, response, 'storage')
  const refused = judgeRead(context, target, response, location)
  const problems = [...unreachable, ...clocks, ...(refused === null ? [] : [refused])]
  if (problems.some(({ status }) => status === 'failed')) return problems
  const isVended = offer.mode !== 'none'
  return [
    ...problems,
    ...(await probeData(context, target, locations)),
    ...(isVended ? await probeOutside(context, target, locations) : []),
    ...(await checkStorageCors(context, url)),
  ]
}
