import type { HeaderList } from '@headgate/http'
import { signFetch } from '@headgate/sigv4'
import type { DoctorContext } from '../context.ts'
import { rawRequest, type RawRequest, type RawResponse } from '../http/raw-request.ts'
import type { S3Target } from './s3-target.ts'

export interface S3Request {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'DELETE'
  readonly url: string
  readonly headers?: HeaderList
  readonly body?: Uint8Array<ArrayBuffer>
}

/**
 * Sends a request to the store. The request is signed with the storage keys, or by the catalog (remote signing) if
 * there are no keys.
 */
export async function s3Request(
  context: DoctorContext,
  target: S3Target,
  request: S3Request,
): Promise<RawResponse> {
  const signed = await sign(context, target, request)
  // The headers in the configuration of the engine are not sent to the store, because they are meant for the catalog
  // and can contain secrets.
  const settings = { ...context.settings, headers: {} }
  return await rawRequest({ ...context, settings }, signed)
}

async function sign(context: DoctorContext, target: S3Target, request: S3Request): Promise<RawRequest> {
  const { machineKeys, offer } = context.learned
  if (target.keys !== undefined) return await signWithKeys(target, request)
  if (machineKeys !== undefined && offer?.mode !== 'signing') return { ...request, auth: machineKeys }
  return await signAtCatalog(context, target, request)
}

async function signWithKeys(
  { keys, region }: S3Target,
  { method, url, headers = [], body }: S3Request,
): Promise<RawRequest> {
  const init = { method, headers: headers.map(([name, value]): [string, string] => [name, value]) }
  if (keys === undefined) return { method, url, headers }
  const request = await signFetch(
    url,
    { ...init, ...(body === undefined ? {} : { body }) },
    { credentials: keys, region, service: 's3' },
  )
  return { method, url: request.url, headers: [...request.headers], ...(body === undefined ? {} : { body }) }
}

/** Returns a request that the catalog has signed (`signRequest` of the Iceberg REST specification). */
async function signAtCatalog(
  { learned }: DoctorContext,
  { region }: S3Target,
  { method, url, headers = [], body }: S3Request,
): Promise<RawRequest> {
  const { catalog, table } = learned
  if (catalog === undefined || table === undefined) return { method, url, headers }
  const own = Object.fromEntries(headers.map(([name, value]) => [name, [value]]))
  const signed = await catalog.signRequest(table, { region, uri: url, method, headers: own })
  const list = Object.entries(signed.headers).flatMap(([name, values]) =>
    name.toLowerCase() === 'host' ? [] : values.map((value): [string, string] => [name, value]),
  )
  return { method, url: signed.uri, headers: list, ...(body === undefined ? {} : { body }) }
}
