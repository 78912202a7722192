import { failed, type Diagnosis } from '../finding.ts'
import { rawRequest, type RawRequest } from '../http/raw-request.ts'
import { describeResponse } from '../http/describe-response.ts'
import type { DoctorContext } from '../context.ts'
import type { CredentialOffer } from '../credentials/credential-offer.ts'
import type { TableLocations } from '../credentials/locations.ts'
import { reachStore } from './reach-store.ts'

/**
 * Connects to Google Cloud Storage or Azure with the credentials of a table, and reads the metadata file of the table.
 */
export async function checkOtherStore(
  context: DoctorContext,
  { properties }: CredentialOffer,
  { metadataFile }: TableLocations,
  kind: 'gcs' | 'adls',
): Promise<readonly Diagnosis[]> {
  if (metadataFile === null) return []
  const request = kind === 'gcs' ? toGcs(metadataFile, properties) : toAdls(metadataFile, properties)
  if (request === null) return []
  const setting = 'the location of the warehouse in the catalog'
  const unreachable = await reachStore(context, new URL(request.url), {
    endpointSetting: setting,
    pathStyle: true,
    endpoint: undefined,
  })
  if (unreachable.some(({ status }) => status === 'failed')) return unreachable
  const settings = { ...context.settings, headers: {} }
  const response = await rawRequest({ ...context, settings }, request)
  context.fact(`the metadata file: status ${response.status}`)
  if (response.status < 300) return unreachable
  return [
    ...unreachable,
    failed(response.status === 404 ? 'metadata-missing' : 'storage-denied', {
      evidence: `Reading ${metadataFile}: ${describeResponse(response)}.`,
      remedy:
        response.status === 404
          ? 'The catalog refers to a file that the store does not have.'
          : 'The credentials of the table do not allow this read. Extend the role with which the catalog mints them.',
    }),
  ]
}

type Config = CredentialOffer['properties']

function toGcs(location: string, properties: Config): RawRequest | null {
  const [, bucket, key] = /^gs:\/\/([^/]+)\/(.+)$/.exec(location) ?? []
  const token = properties['gcs.oauth2.token']
  if (bucket === undefined || key === undefined || token === undefined) return null
  const host = properties['gcs.service.host'] ?? 'https://storage.googleapis.com'
  const url = `${host.replace(/\/+$/, '')}/storage/v1/b/${encodeURIComponent(bucket)}/o/${encodeURIComponent(key)}`
  return { method: 'GET', url, headers: [['authorization', `Bearer ${token}`]] }
}

function toAdls(location: string, properties: Config): RawRequest | null {
  const [, container, host, path] = /^[a-z]+:\/\/([^@/]+)@([^/]+)\/(.+)$/i.exec(location) ?? []
  if (container === undefined || host === undefined || path === undefined) return null
  const account = host.split('.')[0] ?? ''
  const sas =
    properties[`adls.sas-token.${host}`] ??
    properties[`adls.sas-token.${account}`] ??
    properties['adls.sas-token']
  if (sas === undefined) return null
  return { method: 'HEAD', url: `https://${host}/${container}/${path}?${sas.replace(/^\?/, '')}` }
}
