// Generated from docs/reference/management-openapi.json by `npm run docs`. Do not edit.

import { z } from 'zod'
import type { Client } from '../../connection/client.ts'
import { decodeLater, type DecodedResponse } from '../../connection/response.ts'
import { storageAccessDecoder, type StorageAccess, type StorageAccessRevocation } from './schemas.ts'

export type ListStorageAccessQuery = {
  readonly principal?: string | undefined
  readonly engine?: string | undefined
  readonly warehouse?: string | undefined
  readonly namespace?: readonly string[] | undefined
  readonly table?: string | undefined
  readonly pageToken?: string | undefined
  readonly pageSize?: number | undefined
}

export type ListStorageAccessResponse = {
  readonly access: readonly StorageAccess[]
  readonly completeUntil: string
  readonly gaps: readonly { readonly from: string; readonly until: string }[]
  readonly nextPageToken: string | null
}

const listStorageAccessResponseDecoder: z.ZodType<ListStorageAccessResponse> = z.object({
  access: z.array(storageAccessDecoder),
  completeUntil: z.string(),
  gaps: z.array(z.object({ from: z.string(), until: z.string() })),
  nextPageToken: z.string().nullable(),
})

/** Lists the storage credentials that have not expired, with their holders, tables, rights and expiry. */
export async function listStorageAccess(
  client: Client,
  { query }: { readonly query?: ListStorageAccessQuery | undefined } = {},
): Promise<DecodedResponse<ListStorageAccessResponse>> {
  return decodeLater(
    await client.send({ method: 'GET', path: '/management/v1/storage-access', query }),
    listStorageAccessResponseDecoder,
  )
}

export type RevokeStorageAccessResponse = { readonly notBefore: string }

const revokeStorageAccessResponseDecoder: z.ZodType<RevokeStorageAccessResponse> = z.object({
  notBefore: z.string(),
})

/** Ends the storage access and refresh tokens that were issued to a principal, or that an engine received. For a table or a warehouse: revokeAccess. */
export async function revokeStorageAccess(
  client: Client,
  { body }: { readonly body: StorageAccessRevocation },
): Promise<DecodedResponse<RevokeStorageAccessResponse>> {
  return decodeLater(
    await client.send({ method: 'POST', path: '/management/v1/storage-access/revoke', body }),
    revokeStorageAccessResponseDecoder,
  )
}
