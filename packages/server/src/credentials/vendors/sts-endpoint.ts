import type { S3Store } from '../../catalog/warehouses.ts'
import type { VendingProfile } from '../../catalog/vending-profile.ts'
import { awsDomain, awsHost } from '@headgate/storage'
import type { PolicyDialect } from '../policy/iam-pattern.ts'

/** Returns the address of a warehouse's security token service: the configured one, the endpoint of its storage, or that of AWS. */
export function resolveStsEndpoint(
  { stsEndpoint }: Pick<Extract<VendingProfile, { readonly mode: 'sts' }>, 'stsEndpoint'>,
  { endpoint, region }: Pick<S3Store, 'endpoint' | 'region'>,
): URL {
  const named = stsEndpoint ?? endpoint
  if (named === null) return new URL(`https://sts.${region}.${awsDomain(region)}/`)
  const url = new URL(named)
  // The path of an endpoint without a path is `/`.
  return new URL(url.pathname, url)
}

/**
 * Returns which syntax of patterns the token service supports in IAM policies: that of AWS, or the plain one of other
 * services.
 */
export function resolveDialect({ hostname }: URL, { region }: Pick<S3Store, 'region'>): PolicyDialect {
  return awsHost(hostname, 'sts')?.domain === awsDomain(region) ? 'aws' : 'plain'
}
