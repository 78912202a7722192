import type { DoctorContext } from '../context.ts'
import { readOffer, type CredentialOffer } from '../credentials/credential-offer.ts'
import { describeRefusal, diagnoseMissing } from '../credentials/delegation.ts'
import { judgeKeys } from '../credentials/judge-keys.ts'
import { judgeRegion } from '../credentials/judge-region.ts'
import { readLocations, toStorageKind } from '../credentials/locations.ts'
import type { Layer } from './layer.ts'

/**
 * Layer that checks the storage access that the catalog offers: its mode, its prefixes, and the members of the
 * response that contain it.
 */
export const credentialsLayer: Layer = {
  name: 'credentials',
  skip: ({ learned }) => (learned.table === undefined ? 'no table was loaded' : null),
  check: async (context) => {
    const { learned, traits } = context
    const { table } = learned
    if (table === undefined) return []
    if (learned.delegationRefusal !== undefined) return [describeRefusal(context, learned.delegationRefusal)]
    const locations = readLocations(table)
    const kind = toStorageKind(locations.table)
    if (kind === 'file') {
      context.fact('the files are in a directory, which the engine reads itself')
      learned.offer = null
      return []
    }
    const offer = readOffer(table, locations.table, traits)
    learned.offer = offer
    context.fact(describeOffer(context, offer))
    const missing = await diagnoseMissing(context, offer)
    if (missing !== null) return [missing]
    return [...judgeKeys(context, offer, locations), ...(kind === 's3' ? judgeRegion(context, offer) : [])]
  },
}

function describeOffer({ settings }: DoctorContext, offer: CredentialOffer): string {
  const requested = settings.delegation.length === 0 ? 'no storage access' : settings.delegation.join(', ')
  if (offer.mode === 'signing')
    return `the engine requests ${requested}; the catalog signs each storage request`
  if (offer.mode === 'none') return `the engine requests ${requested}; the catalog offers no storage access`
  const prefixes = offer.prefixes.length === 0 ? 'the table' : offer.prefixes.join(', ')
  const end = offer.expiresAt === undefined ? 'no stated end' : new Date(offer.expiresAt).toISOString()
  return `the engine requests ${requested}; the catalog offers keys in ${offer.members.join(' and ')} for ${prefixes}, until ${end}`
}
