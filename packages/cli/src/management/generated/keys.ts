// Generated from docs/reference/management-openapi.json by `npm run docs`. Do not edit.

import { z } from 'zod'
import type { Client } from '../../connection/client.ts'
import { path } from '../../connection/path.ts'
import { decodeLater, type DecodedResponse, type Response } from '../../connection/response.ts'
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

/** Lists the signing and sealing keys of the server, without their secrets. */
export async function listKeys(client: Client): Promise<DecodedResponse<ListKeysResponse>> {
  return decodeLater(
    await client.send({ method: 'GET', path: '/management/v1/keys' }),
    listKeysResponseDecoder,
  )
}

export type AddKeyRequest = { readonly purpose: string }

/** First phase of a rotation: adds a key. Every replica loads it, and none signs or seals with it yet. */
export async function addKey(
  client: Client,
  { body }: { readonly body: AddKeyRequest },
): Promise<DecodedResponse<Key>> {
  return decodeLater(await client.send({ method: 'POST', path: '/management/v1/keys', body }), keyDecoder)
}

/** Deletes a key that is not active: all tokens that it signed or sealed become invalid at once. */
export function retireKey(client: Client, { key }: { readonly key: string }): Promise<Response> {
  return client.send({ method: 'DELETE', path: path`/management/v1/keys/${key}` })
}

export type PromoteKeyRequest = { readonly forceNow?: boolean | undefined }

/** Second phase of a rotation: the added key becomes active and signs or seals from now on. The previous key is retired: it still verifies and opens the tokens that it signed or sealed. */
export async function promoteKey(
  client: Client,
  { key, body }: { readonly key: string; readonly body: PromoteKeyRequest },
): Promise<DecodedResponse<Key>> {
  return decodeLater(
    await client.send({ method: 'POST', path: path`/management/v1/keys/${key}/promote`, body }),
    keyDecoder,
  )
}

/** Seals the key ring, the warehouses' storage secrets and the secrets of access keys with the current master key. */
export async function resealKeys(client: Client): Promise<DecodedResponse<ResealReport>> {
  return decodeLater(
    await client.send({ method: 'POST', path: '/management/v1/keys/reseal' }),
    resealReportDecoder,
  )
}
