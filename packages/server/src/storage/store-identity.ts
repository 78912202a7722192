import type { S3StorageProfile, StorageProfile } from './storage-profile.ts'
import { awsPartition } from './aws-domain.ts'

/** Directories of the machine; every server of a catalog sees the same ones. */
const fileStore = 'file:'
const loopback = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/

/**
 * Returns the identity of the store behind a profile: two buckets of one name are one place exactly when it is equal.
 * It contains no slash. The name that an administrator configured comes first, then the AWS partition, then the endpoint.
 *
 * @example `storeIdentity({ type: 's3', endpoint: 'https://MinIO.example.com:443/', … })` is `'minio.example.com'`
 */
export function storeIdentity(profile: StorageProfile): string {
  if (profile.type === 'file') return fileStore
  return profile.store === undefined ? unnamedStoreIdentity(profile) : `store:${profile.store}`
}

/** Returns the identity that a store has without a configured name. */
export function unnamedStoreIdentity({
  endpoint,
  region,
}: Pick<S3StorageProfile, 'endpoint' | 'region'>): string {
  if (endpoint === undefined) return awsPartition(region)
  const { hostname, port, protocol, pathname } = new URL(endpoint)
  const host = hostname.replace(/\.$/, '')
  if (isAwsHost(host)) return awsPartition(region)
  const hasPort = port !== '' && port !== (protocol === 'https:' ? '80' : '443')
  const path = pathname.replaceAll(/^\/+|\/+$/g, '')
  return [
    loopback.test(host) ? 'localhost' : host,
    hasPort ? `:${port}` : '',
    path === '' ? '' : encodeURIComponent(`/${path}`),
  ].join('')
}

function isAwsHost(host: string): boolean {
  return /\.(?:amazonaws\.com|amazonaws\.com\.cn|amazonaws\.eu)$/.test(host)
}
