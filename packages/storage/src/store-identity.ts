import type { S3StorageProfile, StorageProfile } from './storage-profile.ts'
import { awsHost, awsPartition } from './aws-domain.ts'

/**
 * Store identity of all file storages. It contains no machine name, because all servers of a catalog must use the
 * same directories.
 */
const fileStore = 'file:'
const loopback = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/

/**
 * Returns a text that identifies the object store of a storage profile. Two buckets with the same name are the same
 * bucket exactly if the identities of their stores are equal. The identity is the store name that an administrator
 * configured, otherwise the AWS partition, otherwise the endpoint. It contains no slash.
 *
 * @example `storeIdentity({ type: 's3', endpoint: 'https://MinIO.example.com:443/', … })` is `'minio.example.com'`
 */
export function storeIdentity(profile: StorageProfile): string {
  if (profile.type === 'file') return fileStore
  return profile.store === undefined ? unnamedStoreIdentity(profile) : `store:${profile.store}`
}

/**
 * Returns the identity of an object store for which no name is configured: its AWS partition, or else its endpoint.
 */
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
