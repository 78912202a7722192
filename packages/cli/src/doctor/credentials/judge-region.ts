import { failed, warning, type Diagnosis } from '../finding.ts'
import { reports } from '../reports.ts'
import type { DoctorContext } from '../context.ts'
import type { CredentialOffer } from './credential-offer.ts'

/**
 * Checks whether the engine knows the region and the endpoint of the store, from the catalog or from its own
 * configuration.
 */
export function judgeRegion(context: DoctorContext, offer: CredentialOffer): readonly Diagnosis[] {
  const { traits } = context
  if (offer.mode === 'none') return []
  const problem = traits.takesLocation ? vendedRegion(context, offer) : ownLocation(context, offer)
  return problem === null ? [] : [problem]
}

/**
 * Returns the properties that a client of the catalog has: those in the response of `getConfig`, overridden by those
 * of the loaded table.
 */
export function allProperties(
  { learned }: Pick<DoctorContext, 'learned'>,
  { properties }: CredentialOffer,
): Readonly<Record<string, string>> {
  return { ...learned.catalog?.config.properties, ...properties }
}

function vendedRegion(context: DoctorContext, offer: CredentialOffer): Diagnosis | null {
  const { settings, traits } = context
  if (settings.storage.region !== undefined) return null
  const properties = allProperties(context, offer)
  const has = (names: readonly string[]): boolean => names.some((name) => Boolean(properties[name]))
  const present = ['client.region', 's3.region'].filter((name) => has([name]))
  if (present.length === 0) {
    return failed('region-missing', {
      evidence: `Neither the catalog nor ${settings.source} names a region. ${traits.label} fails with “Unable to load region”, or assumes us-east-1.`,
      remedy: `Let the catalog send client.region and s3.region, or set ${settings.names.region ?? 'the region'}.`,
      report: reports.noRegion,
    })
  }
  const names = traits.regionProperties
  if (!has(names)) {
    return failed('region-spelling', {
      evidence: `The catalog sends ${present.join(' and ')}, and ${traits.label} reads ${names.join(' or ')}.`,
      remedy: `Let the catalog send both client.region and s3.region, or set ${settings.names.region ?? 'the region'}.`,
      report: reports.regionSpelling,
    })
  }
  const older = traits.olderRegionProperties
  if (older === undefined || has(older)) return null
  return warning('region-spelling', {
    evidence: `The catalog sends ${present.join(' and ')}, and older versions of ${traits.label} read only ${older.join(' or ')} (“No storage properties found for schema: s3”).`,
    remedy: `Let the catalog send both client.region and s3.region, set ${settings.names.region ?? 'the region'}, or use a current version of ${traits.label}.`,
    report: reports.regionSpelling,
  })
}

/**
 * Returns a diagnosis if the engine takes no endpoint or region from the catalog and its own configuration contains
 * none, otherwise null.
 */
function ownLocation(context: DoctorContext, offer: CredentialOffer): Diagnosis | null {
  const { settings, traits } = context
  const { endpoint, region } = settings.storage
  const properties = allProperties(context, offer)
  const vendedEndpoint = properties['s3.endpoint']
  const vendedRegion = properties['client.region'] ?? properties['s3.region']
  const { names } = settings
  // A different endpoint is not a problem here, because it can be another name of the same store. The storage layer
  // checks it.
  if (vendedEndpoint !== undefined && endpoint === undefined) {
    const style =
      properties['s3.path-style-access'] === 'true' ? ` and ${names.pathStyle ?? 'path style'}` : ''
    return failed('endpoint-missing', {
      evidence: `${traits.label} takes only keys from the catalog, not the endpoint of the storage. The catalog names ${vendedEndpoint}, and ${settings.source} has no endpoint, so ${traits.label} asks Amazon.`,
      remedy: `Set ${names.endpoint ?? 's3.endpoint'}=${vendedEndpoint}${style}.`,
    })
  }
  if (region !== undefined) return null
  return failed('region-missing', {
    evidence: `${traits.label} takes no region from the catalog, and ${settings.source} has none.`,
    remedy: `Set ${names.region ?? 's3.region'}${vendedRegion === undefined ? ' to the region of the bucket' : `=${vendedRegion}`}.`,
    report: reports.noRegion,
  })
}
