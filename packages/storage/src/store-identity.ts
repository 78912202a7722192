import type { S3StorageProfile, StorageProfile } from './storage-profile.ts'
import { awsHost, awsPartition } from './aws-domain.ts'

/** Identity of the directories of this machine. All servers of a catalog see the same directories. */
const fileStore = 'file:'
const loopback = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/

/**
 * Returns the identity of the store of a profile: two buckets with one name are the same place exactly if the
 * identities are equal. It contains no slash. It is the name that an administrator configured, otherwise the AWS
 * partition, otherwise the endpoint.
 *
 * @example `storeIdentity({ type: 's3', endpoint: 'https://MinIO.example.com:443/', … })` is `'minio.example.com'`
 */
export function storeIdentity(profile: StorageProfile): string {
  if (profile.type === 'file') return fileStore
  return profile.store === undefined ? unnamedStoreIdentity(profile) : `store:${profile.store}`
}

/** Returns the identity of a store without a configured name. */
export function unnamedStoreIdentity({
  endpoint,
  region,
}: Pick<S3StorageProfile, 'endpoint' | 'region'>): string {
  if (endpoint === undefined) return awsPartition(region)
  const { hostname, port, protocol, pathname } = new URL(endpoint)
  const host = hostname.replace(/\.$/, '')
  const aws = awsHost(host, 's3')
  if (aws !== null) return awsPartition(aws.region ?? region)
  const hasPort = port !== '' && port !== (protocol === 'https:' ? '80' : '443')
  const path = pathname.replaceAll(/^\/+|\/+$/g, '')
  return [
    loopback.test(host) ? 'localhost' : host,
    hasPort ? `:${port}` : '',
    path === '' ? '' : encodeURIComponent(`/${path}`),
  ].join('')
}
