import type { S3Store } from '../../catalog/warehouses.ts'
import type { VendingProfile } from '../../catalog/vending-profile.ts'
import { awsDomain } from '../../storage/aws-domain.ts'
import type { PolicyDialect } from '../policy/iam-pattern.ts'

/** Where the security token service of a warehouse is: where it was said, at the storage's own endpoint, or at AWS. */
export function stsEndpointOf(
  { stsEndpoint }: Pick<Extract<VendingProfile, { readonly mode: 'sts' }>, 'stsEndpoint'>,
  { endpoint, region }: Pick<S3Store, 'endpoint' | 'region'>,
): URL {
  const named = stsEndpoint ?? endpoint
  if (named === null) return new URL(`https://sts.${region}.${awsDomain(region)}/`)
  const url = new URL(named)
  // An endpoint without a path is asked at its root.
  return new URL(url.pathname, url)
}

/** What its policies understand. */
export function dialectOf({ hostname }: URL, { region }: Pick<S3Store, 'region'>): PolicyDialect {
  return hostname.endsWith(`.${awsDomain(region)}`) ? 'aws' : 'plain'
}
