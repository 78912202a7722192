// Generated from docs/reference/management-openapi.json by `npm run docs`. Do not edit.

import { z } from 'zod'
import type { Client } from '../../connection/client.ts'
import { path } from '../../connection/path.ts'
import { decodeLater, type DecodedResponse, type Response } from '../../connection/response.ts'
import type { OpenEnum } from '../open-enum.ts'
import {
  keyDecoder,
  masterKeyDecoder,
  resealReportDecoder,
  type Key,
  type MasterKey,
  type ResealReport,
} from './schemas.ts'

export type ListKeysResponse = { readonly keys: readonly Key[]; readonly masterKey: MasterKey }

const listKeysResponseDecoder: z.ZodType<ListKeysResponse> = z.object({
  keys: z.array(keyDecoder),
  masterKey: masterKeyDecoder,
})

/** Lists the keys that the server made for itself, without their secrets. */
export async function listKeys(client: Client): Promise<DecodedResponse<ListKeysResponse>> {
  return decodeLater(
    await client.send({ method: 'GET', path: '/management/v1/keys' }),
    listKeysResponseDecoder,
  )
}

export type AddKeyRequest = {
  readonly purpose: OpenEnum<'session-token' | 'page-token' | 's3-session' | 'storage-refresh'>
}

/** First phase of a rotation: every replica learns the new key, which makes nothing yet. */
export async function addKey(
  client: Client,
  { body }: { readonly body: AddKeyRequest },
): Promise<DecodedResponse<Key>> {
  return decodeLater(await client.send({ method: 'POST', path: '/management/v1/keys', body }), keyDecoder)
}

/** Deletes a key that is not active: everything that it signed or sealed becomes invalid at once. */
export function retireKey(client: Client, { key }: { readonly key: string }): Promise<Response> {
  return client.send({ method: 'DELETE', path: path`/management/v1/keys/${key}` })
}

export type PromoteKeyRequest = { readonly forceNow?: boolean | undefined }

/** Second phase: the added key makes everything from now on; the one before is retired and still opens what it made. */
export async function promoteKey(
  client: Client,
  { key, body }: { readonly key: string; readonly body: PromoteKeyRequest },
): Promise<DecodedResponse<Key>> {
  return decodeLater(
    await client.send({ method: 'POST', path: path`/management/v1/keys/${key}/promote`, body }),
    keyDecoder,
  )
}

/** Seals the key ring and the warehouses' storage secrets with the current master key. */
export async function resealKeys(client: Client): Promise<DecodedResponse<ResealReport>> {
  return decodeLater(
    await client.send({ method: 'POST', path: '/management/v1/keys/reseal' }),
    resealReportDecoder,
  )
}
