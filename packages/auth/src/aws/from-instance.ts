import type { WaitOptions } from '@headgate/http'
import { AuthError, isAuthError } from '../auth-error.ts'
import { ask, type Answer } from '../ask.ts'
import type { AwsContext, AwsSource } from './aws-credentials.ts'
import { jsonCredentials } from './json-credentials.ts'

const provenance = { obtainedBy: 'instance', renewableBy: ['instance'] }
const ROLES = '/latest/meta-data/iam/security-credentials/'

const ZONE = '/latest/meta-data/placement/availability-zone'

/** Credentials of the role of an EC2 instance, from its metadata service in version 2. Version 1 is not asked. */
export function fromInstance(context: MetadataContext): AwsSource {
  return async (wait = {}) => {
    const read = await metadataReader(context, wait)
    const roles = await read(ROLES)
    const role = roles.text.trim().split('\n')[0]
    if (roles.status !== 200 || role === undefined || !/^[\w+=,.@-]+$/.test(role)) {
      throw new AuthError('not-here', 'the instance has no role')
    }
    const answer = await read(`${ROLES}${role}`)
    if (answer.status !== 200) {
      throw new AuthError(
        'unavailable',
        `The metadata service of the instance answered with status ${answer.status}`,
      )
    }
    return jsonCredentials(answer.text, 'The metadata service of the instance', provenance)
  }
}

/** The region that an EC2 instance is in. @throws AuthError where there is no such instance. */
export async function instanceRegion(context: MetadataContext, wait: WaitOptions): Promise<string> {
  const read = await metadataReader(context, wait)
  const { status, text } = await read(ZONE)
  const region = /^([a-z0-9-]+)[a-z]$/.exec(text.trim())?.[1]
  if (status === 200 && region !== undefined) return region
  throw new AuthError(
    'unavailable',
    'The metadata service of the instance does not say where it is: set AWS_REGION',
  )
}

type MetadataContext = Pick<AwsContext, 'env' | 'fetch'>

/** What reads from the metadata service, in a session of version 2. */
async function metadataReader(
  { env, fetch }: MetadataContext,
  { signal }: WaitOptions,
): Promise<(path: string) => Promise<Answer>> {
  if (/^true$/i.test(env['AWS_EC2_METADATA_DISABLED'] ?? '')) {
    throw new AuthError(
      'not-here',
      'the metadata of the instance is switched off by AWS_EC2_METADATA_DISABLED',
    )
  }
  const six = /^ipv6$/i.test(env['AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE'] ?? '')
  const standard = six ? 'http://[fd00:ec2::254]' : 'http://169.254.169.254'
  const base = (env['AWS_EC2_METADATA_SERVICE_ENDPOINT'] ?? standard).replace(/\/$/, '')
  const get = async (path: string, method: string, headers: Record<string, string>): Promise<Answer> =>
    await ask(
      fetch,
      `${base}${path}`,
      { method, headers, ...(signal === undefined ? {} : { signal }) },
      'The metadata service of the instance',
      2_000,
    )
  const session = await get('/latest/api/token', 'PUT', {
    'x-aws-ec2-metadata-token-ttl-seconds': '21600',
  }).catch((cause: unknown) => {
    if (!isAuthError(cause)) throw cause
    throw new AuthError('not-here', 'this is no instance of AWS: there is no metadata service', { cause })
  })
  if (session.status !== 200) {
    throw new AuthError(
      'not-here',
      `the metadata service of the instance gave no session (status ${session.status})`,
    )
  }
  const headers = { 'x-aws-ec2-metadata-token': session.text.trim() }
  return async (path) => await get(path, 'GET', headers)
}
