/**
 * Returns the DNS domain of AWS's own services in a region. Each AWS partition has its own domain (`partitions.json`
 * of the AWS SDKs).
 *
 * @example `awsDomain('cn-north-1')` is `'amazonaws.com.cn'`
 */
export function awsDomain(region: string): string {
  return others.find(([pattern]) => pattern.test(region))?.[1] ?? 'amazonaws.com'
}

/** Returns whether a store is AWS S3: it has no endpoint, or an S3 endpoint in the domain of its region. */
export function isAws({
  endpoint,
  region,
}: {
  readonly endpoint: string | null
  readonly region: string
}): boolean {
  return endpoint === null || awsHost(new URL(endpoint).hostname, 's3')?.domain === awsDomain(region)
}

/** Parts of a host name that belongs to an AWS service, and never to a machine of a customer of AWS. */
export interface AwsHost {
  readonly domain: string
  /** Region in the host name. Null if the host name contains no region. */
  readonly region: string | null
}

/**
 * Parses the host name of an AWS service. Returns null for all other hosts. Customers of AWS also have machines with
 * names in the domains of AWS, for example `ec2-192-0-2-1.compute-1.amazonaws.com`. These hosts can run any store, so
 * the result for them is null.
 *
 * @example `awsHost('s3.eu-west-1.amazonaws.com', 's3')` is `{ domain: 'amazonaws.com', region: 'eu-west-1' }`
 */
export function awsHost(host: string, service: 's3' | 'sts'): AwsHost | null {
  const domain = domains.find((name) => host.endsWith(`.${name}`))
  if (domain === undefined) return null
  const match = serviceHosts[service].exec(host.slice(0, -domain.length - 1))
  return match === null ? null : { domain, region: match[1] ?? null }
}

const domains = ['amazonaws.com', 'amazonaws.com.cn', 'amazonaws.eu'] as const
const regionPattern = String.raw`(?:[a-z]{2}|eusc)(?:-[a-z]+)+-\d+`

function serviceHost(service: string): RegExp {
  return new RegExp(
    String.raw`(?:^|\.)${service}[a-z0-9-]*?(?:\.dualstack)?(?:[.-](${regionPattern})(?:\.vpce)?)?$`,
  )
}

/**
 * Patterns for the part of a host name before the domain. S3 has several service names (`s3-fips`, `s3-accesspoint`),
 * and a bucket or an endpoint id can precede them.
 */
const serviceHosts = { s3: serviceHost('s3'), sts: serviceHost('sts') }

const others: readonly (readonly [RegExp, string])[] = [
  [/^cn-/, 'amazonaws.com.cn'],
  [/^eusc-/, 'amazonaws.eu'],
]

/**
 * Returns the AWS partition of a region. Bucket names are unique within a partition.
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
