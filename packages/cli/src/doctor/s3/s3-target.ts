import type { StorageKeys } from '../catalog-settings.ts'
import type { DoctorContext } from '../context.ts'
import type { CredentialOffer } from '../credentials/credential-offer.ts'
import { allProperties } from '../credentials/judge-region.ts'

/** S3 store, with the endpoint and keys that the engine uses. */
export interface S3Target {
  /** URL of the store, or undefined for Amazon S3. */
  readonly endpoint: string | undefined
  readonly region: string
  readonly pathStyle: boolean
  /** Keys that the engine uses, or undefined if the catalog signs the requests. */
  readonly keys: StorageKeys | undefined
  /** Name of the engine setting that contains the endpoint. */
  readonly endpointSetting: string
  readonly regionSetting: string
}

/** Bucket and object key of a location such as `s3://bucket/key`. */
export interface S3Object {
  readonly bucket: string
  readonly key: string
}

/** Returns the store that the engine connects to for the files of a table. */
export function findTarget(context: DoctorContext, offer: CredentialOffer): S3Target {
  const { settings, traits } = context
  const { storage, names } = settings
  const vended = traits.takesLocation ? allProperties(context, offer) : {}
  const vendedRegion = traits.regionProperties.flatMap((name) => vended[name] ?? [])[0]
  const vendedStyle = vended['s3.path-style-access']
  const endpoint = vended['s3.endpoint'] ?? storage.endpoint
  return {
    endpoint,
    region: vendedRegion ?? storage.region ?? 'us-east-1',
    pathStyle:
      vendedStyle === undefined ? (storage.pathStyle ?? false) : vendedStyle.toLowerCase() === 'true',
    keys: offer.mode === 'signing' ? undefined : (offer.keys ?? storage.keys),
    endpointSetting:
      vended['s3.endpoint'] === undefined
        ? (names.endpoint ?? 'the endpoint')
        : 's3.endpoint of the warehouse in the catalog',
    regionSetting:
      vendedRegion === undefined
        ? (names.region ?? 'the region')
        : 'the region of the warehouse in the catalog',
  }
}

export function parseS3Location(location: string): S3Object {
  const [, bucket = '', key = ''] = /^[a-z0-9]+:\/\/([^/]*)\/?(.*)$/i.exec(location) ?? []
  return { bucket, key }
}

/** Returns the URL of an object, or of its bucket if the key is empty. */
export function toUrl(
  { endpoint, region, pathStyle }: S3Target,
  { bucket, key }: S3Object,
  query = '',
): string {
  const path = key.split('/').map(encodeSegment).join('/')
  const tail = query === '' ? '' : `?${query}`
  if (endpoint === undefined) {
    const usesPath = pathStyle || bucket.includes('.')
    return usesPath
      ? `https://s3.${region}.amazonaws.com/${bucket}/${path}${tail}`
      : `https://${bucket}.s3.${region}.amazonaws.com/${path}${tail}`
  }
  const { protocol, host, hostname, pathname } = new URL(endpoint)
  const base = pathname.replace(/\/+$/, '')
  // If the host is an IP address, clients put the bucket into the path, because it cannot be part of the host name.
  const usesPath = pathStyle || /^[\d.]+$|^\[/.test(hostname)
  return usesPath
    ? `${protocol}//${host}${base}/${bucket}/${path}${tail}`
    : `${protocol}//${bucket}.${host}${base}/${path}${tail}`
}

/** Percent-encodes a segment of an object key, as S3 requires for signatures. */
export const encodeSegment = (segment: string): string =>
  encodeURIComponent(segment).replaceAll(
    /[!'()*]/g,
    (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`,
  )
