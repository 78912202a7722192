import { failed, type Diagnosis } from '../finding.ts'
import { reports } from '../reports.ts'
import type { DoctorContext } from '../context.ts'
import { findExpiry, type CredentialOffer } from '../credentials/credential-offer.ts'
import { readLocations, toStorageKind, type TableLocations } from '../credentials/locations.ts'
import { judgeRenewal, renewKeys } from '../credentials/renew-keys.ts'
import { checkExpiredKeys, checkExpiredToken } from '../credentials/wait-for-expiry.ts'
import { renewToken } from '../identity/renew-token.ts'
import { describeS3, readS3Error } from '../s3/s3-error.ts'
import { s3Request } from '../s3/s3-request.ts'
import { findTarget, parseS3Location, toUrl } from '../s3/s3-target.ts'
import type { Layer } from './layer.ts'

/** Layer that renews the token and the keys immediately, and with `--wait-for-expiry` again after their expiry. */
export const renewalLayer: Layer = {
  name: 'renewal',
  check: async (context) => {
    const ofToken = await renewToken(context)
    const ofKeys = await checkKeys(context)
    return [...ofToken, ...ofKeys, ...(await checkExpiredToken(context))]
  },
}

async function checkKeys(context: DoctorContext): Promise<readonly Diagnosis[]> {
  const { offer, table } = context.learned
  if (offer === undefined || offer === null || table === undefined || offer.mode !== 'keys') return []
  const locations = readLocations(table)
  const judged = judgeRenewal(context, offer)
  const isRead = context.traits.renewsKeys === 'endpoint'
  const renewed = isRead ? await tryRenewal(context, offer, locations) : []
  if ([...judged, ...renewed].some(({ status }) => status === 'failed')) return [...judged, ...renewed]
  const isS3 = toStorageKind(locations.table) === 's3'
  return [...judged, ...renewed, ...(isS3 ? await checkExpiredKeys(context, offer, locations) : [])]
}

/** Renews the storage keys, and reads the metadata file with the new keys. */
async function tryRenewal(
  context: DoctorContext,
  offer: CredentialOffer,
  { metadataFile }: TableLocations,
): Promise<readonly Diagnosis[]> {
  const renewal = await renewKeys(context, offer)
  if (renewal === null) return []
  if (renewal.problem !== undefined) return [renewal.problem]
  const [config = {}] = renewal.configs
  const end = findExpiry(config)
  context.fact(`the keys were renewed${end === undefined ? '' : `, until ${new Date(end).toISOString()}`}`)
  const secretAccessKey = config['s3.secret-access-key']
  const accessKeyId = config['s3.access-key-id']
  if (metadataFile === null || accessKeyId === undefined || secretAccessKey === undefined) return []
  const token = config['s3.session-token']
  const keys = { accessKeyId, secretAccessKey, ...(token === undefined ? {} : { sessionToken: token }) }
  const target = { ...findTarget(context, offer), keys }
  const url = toUrl(target, parseS3Location(metadataFile))
  const response = await s3Request(context, target, { method: 'GET', url, headers: [['range', 'bytes=0-0']] })
  if (response.status < 300) return []
  return [
    failed('renewed-keys-refused', {
      evidence: `The first keys read ${metadataFile}, the renewed ones do not: ${describeS3(readS3Error(response))}.`,
      remedy: 'Let the catalog mint renewed keys with the same rights and for the same store.',
      report: reports.keysExpire,
    }),
  ]
}
