// Generated from docs/reference/management-openapi.json by `npm run docs`. Do not edit.

import { z } from 'zod'
import type { Client } from '../../connection/client.ts'
import { path } from '../../connection/path.ts'
import { decodeLater, type DecodedResponse, type Response } from '../../connection/response.ts'
import { droppedRelationDecoder, type DroppedRelation, type RestoreRequest } from './schemas.ts'

export type ListDroppedQuery = {
  readonly namespace?: readonly string[] | undefined
  readonly pageToken?: string | undefined
  readonly pageSize?: number | undefined
}

export type ListDroppedResponse = {
  readonly dropped: readonly DroppedRelation[]
  readonly nextPageToken: string | null
}

const listDroppedResponseDecoder: z.ZodType<ListDroppedResponse> = z.object({
  dropped: z.array(droppedRelationDecoder),
  nextPageToken: z.string().nullable(),
})

/** Lists dropped tables and views that the caller manages and that are not deleted yet. */
export async function listDropped(
  client: Client,
  { warehouse, query }: { readonly warehouse: string; readonly query?: ListDroppedQuery | undefined },
): Promise<DecodedResponse<ListDroppedResponse>> {
  return decodeLater(
    await client.send({ method: 'GET', path: path`/management/v1/warehouses/${warehouse}/dropped`, query }),
    listDroppedResponseDecoder,
  )
}

/** Ends the retention of a dropped table or view: its files are deleted now, and it cannot be restored any more. */
export function purgeDropped(
  client: Client,
  { warehouse, id }: { readonly warehouse: string; readonly id: string },
): Promise<Response> {
  return client.send({
    method: 'POST',
    path: path`/management/v1/warehouses/${warehouse}/dropped/${id}/purge`,
  })
}

export type RestoreDroppedResponse = {
  readonly id: string
  readonly namespace: readonly string[]
  readonly name: string
}

const restoreDroppedResponseDecoder: z.ZodType<RestoreDroppedResponse> = z.object({
  id: z.string(),
  namespace: z.array(z.string()),
  name: z.string(),
})

/** Restores a dropped table or view, by default under its old name in its old namespace. */
export async function restoreDropped(
  client: Client,
  { warehouse, id, body }: { readonly warehouse: string; readonly id: string; readonly body: RestoreRequest },
): Promise<DecodedResponse<RestoreDroppedResponse>> {
  return decodeLater(
    await client.send({
      method: 'POST',
      path: path`/management/v1/warehouses/${warehouse}/dropped/${id}/restore`,
      body,
    }),
    restoreDroppedResponseDecoder,
  )
}
