import { failed, warning, type Diagnosis } from '../finding.ts'
import { reports } from '../reports.ts'
import type { DoctorContext } from '../context.ts'
import { coversLocation, type CredentialOffer } from './credential-offer.ts'
import type { TableLocations } from './locations.ts'
import { isBefore } from './version.ts'

/**
 * Checks the storage keys in a response of `loadTable`: the member of the response that contains them, their parts,
 * their expiry, and the prefixes that they cover.
 */
export function judgeKeys(
  context: DoctorContext,
  offer: CredentialOffer,
  locations: TableLocations,
): readonly Diagnosis[] {
  if (offer.mode !== 'keys') return []
  return [
    judgeMember(context, offer),
    judgeSessionToken(context, offer),
    judgeExpiry(context, offer),
    judgePrefixes(offer, locations),
  ].flatMap((problem) => problem ?? [])
}

function judgeMember({ traits, settings }: DoctorContext, { members }: CredentialOffer): Diagnosis | null {
  const { keyMembers, olderKeyMembers, label } = traits
  const readable = (read: readonly string[]): boolean => members.some((member) => read.includes(member))
  const { engineVersion: version } = settings
  const isOld =
    olderKeyMembers !== undefined && version !== undefined && isBefore(version, olderKeyMembers.before)
  const read = isOld ? olderKeyMembers.members : keyMembers
  const evidence = `The keys are in ${members.join(' and ')} of the response`
  if (!readable(read)) {
    return failed('keys-in-other-member', {
      evidence: `${evidence}, and ${label}${isOld ? ` ${version}` : ''} reads only ${read.join(' and ')}.`,
      remedy: `Let the catalog send the same keys in config and in storage-credentials${isOld ? `, or use ${label} ${olderKeyMembers.before} or later` : ''}.`,
      report: reports.keysInOtherMember,
    })
  }
  if (olderKeyMembers === undefined || version !== undefined || readable(olderKeyMembers.members)) return null
  return warning('keys-in-other-member', {
    evidence: `${evidence}. ${label} before ${olderKeyMembers.before} reads only ${olderKeyMembers.members.join(' and ')}.`,
    remedy: `Use ${label} ${olderKeyMembers.before} or later (--engine-version tells the doctor), or let the catalog send the keys in both members.`,
    report: reports.keysInOtherMember,
  })
}

function judgeSessionToken({ traits }: DoctorContext, { keys }: CredentialOffer): Diagnosis | null {
  if (keys === undefined || keys.sessionToken !== undefined || !traits.needsSessionToken) return null
  return failed('session-token-missing', {
    evidence: `The keys have no session token (s3.session-token), and ${traits.label} ignores or refuses such keys. It then reads the storage without keys.`,
    remedy: `Let the catalog vend temporary keys of a token service (STS), which have a session token, or configure keys in ${traits.label} itself.`,
    report: reports.noSessionToken,
  })
}

function judgeExpiry({ traits }: DoctorContext, { keys, expiresAt }: CredentialOffer): Diagnosis | null {
  if (expiresAt !== undefined && expiresAt < Date.now()) {
    return failed('keys-expired', {
      evidence: `The catalog offers keys that expired at ${new Date(expiresAt).toISOString()}.`,
      remedy:
        'The catalog caches keys for too long, or its clock is wrong. Restart it, and shorten its cache of credentials.',
    })
  }
  if (keys?.sessionToken === undefined || expiresAt !== undefined || traits.renewsKeys !== 'endpoint')
    return null
  return warning('keys-without-expiry', {
    evidence: `The keys are temporary and have no expiry (s3.session-token-expires-at-ms), so ${traits.label} never renews them: jobs end when the keys end.`,
    remedy:
      'Let the catalog send s3.session-token-expires-at-ms and client.refresh-credentials-endpoint with the keys.',
    report: reports.noExpiry,
  })
}

/**
 * Returns a diagnosis if no storage credential covers, by its prefix, the folder of the table or of its data files,
 * otherwise null.
 */
function judgePrefixes(
  { prefixes, members }: CredentialOffer,
  { table, data }: TableLocations,
): Diagnosis | null {
  if (prefixes.length === 0 || members.includes('config')) return null
  const uncovered = [table, data].find(
    (location) => !prefixes.some((prefix) => coversLocation(prefix, location)),
  )
  if (uncovered === undefined) return null
  return failed('prefix-does-not-cover', {
    evidence: `The keys are for ${prefixes.join(', ')}, and the table has files in ${uncovered}.`,
    remedy:
      'Let the catalog vend credentials for all locations of the table: location, write.data.path and write.metadata.path.',
    report: reports.keysWithoutData,
  })
}
