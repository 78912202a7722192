import type { WaitOptions } from '@headgate/http'
import { AuthError, isAuthError } from '../auth-error.ts'
import { fetchFromIssuer, type IssuerResponse } from '../fetch-from-issuer.ts'
import type { AwsContext, AwsSource } from './aws-credentials.ts'
import { parseJsonCredentials } from './json-credentials.ts'

const provenance = { obtainedBy: 'instance', renewableBy: ['instance'] }
const ROLES = '/latest/meta-data/iam/security-credentials/'
const ZONE = '/latest/meta-data/placement/availability-zone'
const SERVICE = 'The EC2 instance metadata service'

/** Creates a source for the role of an EC2 instance. It calls version 2 of the metadata service, never version 1. */
export function fromInstance(context: MetadataContext): AwsSource {
  return async (wait = {}) => {
    const read = await openSession(context, wait)
    const roles = await read(ROLES)
    const role = roles.text.trim().split('\n')[0]
    if (roles.status !== 200 || role === undefined || !/^[\w+=,.@-]+$/.test(role)) {
      throw new AuthError('not-here', 'the EC2 instance has no IAM role')
    }
    const { status, text } = await read(`${ROLES}${role}`)
    if (status !== 200) throw new AuthError('unavailable', `${SERVICE} responded with status ${status}`)
    return parseJsonCredentials(text, SERVICE, provenance)
  }
}

/**
 * Returns the region of the EC2 instance that this process runs on.
 *
 * @throws AuthError `not-here` outside EC2, `unavailable` when the metadata service returns no region
 */
export async function readInstanceRegion(context: MetadataContext, wait: WaitOptions): Promise<string> {
  const read = await openSession(context, wait)
  const { status, text } = await read(ZONE)
  const region = /^([a-z0-9-]+)[a-z]$/.exec(text.trim())?.[1]
  if (status === 200 && region !== undefined) return region
  throw new AuthError('unavailable', `${SERVICE} returned no availability zone: set AWS_REGION`)
}

type MetadataContext = Pick<AwsContext, 'env' | 'fetch'>

/**
 * Requests a session token from version 2 of the metadata service. Returns a function that reads a path with this
 * token.
 */
async function openSession(
  { env, fetch }: MetadataContext,
  { signal }: WaitOptions,
): Promise<(path: string) => Promise<IssuerResponse>> {
  if (/^true$/i.test(env['AWS_EC2_METADATA_DISABLED'] ?? '')) {
    throw new AuthError('not-here', 'AWS_EC2_METADATA_DISABLED disables the EC2 instance metadata service')
  }
  const isIpv6 = /^ipv6$/i.test(env['AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE'] ?? '')
  const defaultEndpoint = isIpv6 ? 'http://[fd00:ec2::254]' : 'http://169.254.169.254'
  const base = (env['AWS_EC2_METADATA_SERVICE_ENDPOINT'] ?? defaultEndpoint).replace(/\/$/, '')
  const get = async (
    path: string,
    method: string,
    headers: Record<string, string>,
  ): Promise<IssuerResponse> =>
    await fetchFromIssuer(
      fetch,
      `${base}${path}`,
      { method, headers, ...(signal === undefined ? {} : { signal }) },
      SERVICE,
      2_000,
    )
  const session = await get('/latest/api/token', 'PUT', {
    'x-aws-ec2-metadata-token-ttl-seconds': '21600',
  }).catch((cause: unknown) => {
    if (!isAuthError(cause)) throw cause
    throw new AuthError('not-here', 'the EC2 instance metadata service cannot be reached', { cause })
  })
  if (session.status !== 200) {
    throw new AuthError(
      'not-here',
      `the EC2 instance metadata service refused a session token (status ${session.status})`,
    )
  }
  const headers = { 'x-aws-ec2-metadata-token': session.text.trim() }
  return async (path) => await get(path, 'GET', headers)
}
