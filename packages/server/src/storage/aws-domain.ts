/**
 * The domain that AWS's own services of a region are in. Regions of the partitions beside the public one have another
 * (`partitions.json` of the AWS SDKs).
 *
 * @example `awsDomain('cn-north-1')` is `'amazonaws.com.cn'`
 */
export function awsDomain(region: string): string {
  return others.find(([pattern]) => pattern.test(region))?.[1] ?? 'amazonaws.com'
}

/** Whether a store is AWS itself: it has no endpoint of its own, or one in AWS's domain. */
export function isAws({
  endpoint,
  region,
}: {
  readonly endpoint: string | null
  readonly region: string
}): boolean {
  return endpoint === null || new URL(endpoint).hostname.endsWith(`.${awsDomain(region)}`)
}

const others: readonly (readonly [RegExp, string])[] = [
  [/^cn-/, 'amazonaws.com.cn'],
  [/^eusc-/, 'amazonaws.eu'],
]

/**
 * Returns the AWS partition of a region. Bucket names are unique in a partition.
 *
 * @example `awsPartition('cn-north-1')` is `'aws-cn'`
 */
export function awsPartition(region: string): string {
  return partitions.find(([pattern]) => pattern.test(region))?.[1] ?? 'aws'
}

const partitions: readonly (readonly [RegExp, string])[] = [
  [/^cn-/, 'aws-cn'],
  [/^us-gov-/, 'aws-us-gov'],
  [/^eusc-/, 'aws-eusc'],
  [/^us-isob-/, 'aws-iso-b'],
  [/^us-isof-/, 'aws-iso-f'],
  [/^us-iso-/, 'aws-iso'],
  [/^eu-isoe-/, 'aws-iso-e'],
]
