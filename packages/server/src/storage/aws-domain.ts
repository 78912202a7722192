/**
 * The domain that AWS's own services of a region are in. Regions of the partitions beside the public one have another
 * (`partitions.json` of the AWS SDKs).
 *
 * @example `awsDomain('cn-north-1')` is `'amazonaws.com.cn'`
 */
export function awsDomain(region: string): string {
  return others.find(([pattern]) => pattern.test(region))?.[1] ?? 'amazonaws.com'
}

const others: readonly (readonly [RegExp, string])[] = [
  [/^cn-/, 'amazonaws.com.cn'],
  [/^eusc-/, 'amazonaws.eu'],
]
