// Generated from docs/reference/management-openapi.json by `npm run docs`. Do not edit.

import { z } from 'zod'
import type { Client } from '../../connection/client.ts'
import { path } from '../../connection/path.ts'
import { decodeLater, type DecodedResponse } from '../../connection/response.ts'
import {
  abandonedCreateDecoder,
  retiredPlaceDecoder,
  storageOverlapDecoder,
  type AbandonedCreate,
  type RetiredPlace,
  type StorageOverlap,
} from './schemas.ts'

export type ListAbandonedCreatesQuery = {
  readonly olderThanSeconds?: number | undefined
  readonly pageToken?: string | undefined
  readonly pageSize?: number | undefined
}

export type ListAbandonedCreatesResponse = {
  readonly orphans: readonly AbandonedCreate[]
  readonly nextPageToken: string | null
}

const listAbandonedCreatesResponseDecoder: z.ZodType<ListAbandonedCreatesResponse> = z.object({
  orphans: z.array(abandonedCreateDecoder),
  nextPageToken: z.string().nullable(),
})

/** Lists abandoned creates (staged tables whose create was never committed) with their files. Deletes nothing. */
export async function listAbandonedCreates(
  client: Client,
  {
    warehouse,
    query,
  }: { readonly warehouse: string; readonly query?: ListAbandonedCreatesQuery | undefined },
): Promise<DecodedResponse<ListAbandonedCreatesResponse>> {
  return decodeLater(
    await client.send({ method: 'GET', path: path`/management/v1/warehouses/${warehouse}/orphans`, query }),
    listAbandonedCreatesResponseDecoder,
  )
}

export type ClearAbandonedCreateQuery = { readonly olderThanSeconds?: number | undefined }

export type ClearAbandonedCreateResponse = { readonly deleted: number; readonly done: boolean }

const clearAbandonedCreateResponseDecoder: z.ZodType<ClearAbandonedCreateResponse> = z.object({
  deleted: z.number(),
  done: z.boolean(),
})

/** Deletes an abandoned create (a staged table whose create was never committed) and its files. */
export async function clearAbandonedCreate(
  client: Client,
  {
    warehouse,
    id,
    query,
  }: {
    readonly warehouse: string
    readonly id: string
    readonly query?: ClearAbandonedCreateQuery | undefined
  },
): Promise<DecodedResponse<ClearAbandonedCreateResponse>> {
  return decodeLater(
    await client.send({
      method: 'DELETE',
      path: path`/management/v1/warehouses/${warehouse}/orphans/${id}`,
      query,
    }),
    clearAbandonedCreateResponseDecoder,
  )
}

export type ListStorageOverlapsQuery = {
  readonly pageToken?: string | undefined
  readonly pageSize?: number | undefined
}

export type ListStorageOverlapsResponse = {
  readonly overlaps: readonly StorageOverlap[]
  readonly nextPageToken: string | null
}

const listStorageOverlapsResponseDecoder: z.ZodType<ListStorageOverlapsResponse> = z.object({
  overlaps: z.array(storageOverlapDecoder),
  nextPageToken: z.string().nullable(),
})

/** Lists locations in the warehouse that overlap with the location of another table, view or warehouse. */
export async function listStorageOverlaps(
  client: Client,
  { warehouse, query }: { readonly warehouse: string; readonly query?: ListStorageOverlapsQuery | undefined },
): Promise<DecodedResponse<ListStorageOverlapsResponse>> {
  return decodeLater(
    await client.send({ method: 'GET', path: path`/management/v1/warehouses/${warehouse}/overlaps`, query }),
    listStorageOverlapsResponseDecoder,
  )
}

export type ListRetiredPlacesQuery = {
  readonly location?: string | undefined
  readonly pageToken?: string | undefined
  readonly pageSize?: number | undefined
}

export type ListRetiredPlacesResponse = {
  readonly places: readonly RetiredPlace[]
  readonly nextPageToken: string | null
}

const listRetiredPlacesResponseDecoder: z.ZodType<ListRetiredPlacesResponse> = z.object({
  places: z.array(retiredPlaceDecoder),
  nextPageToken: z.string().nullable(),
})

/** Lists retired locations: locations that tables, views and ended reservations left. */
export async function listRetiredPlaces(
  client: Client,
  { warehouse, query }: { readonly warehouse: string; readonly query?: ListRetiredPlacesQuery | undefined },
): Promise<DecodedResponse<ListRetiredPlacesResponse>> {
  return decodeLater(
    await client.send({
      method: 'GET',
      path: path`/management/v1/warehouses/${warehouse}/retired-places`,
      query,
    }),
    listRetiredPlacesResponseDecoder,
  )
}

export type ReleaseRetiredPlacesQuery = { readonly location: string }

export type ReleaseRetiredPlacesResponse = { readonly released: number }

const releaseRetiredPlacesResponseDecoder: z.ZodType<ReleaseRetiredPlacesResponse> = z.object({
  released: z.number(),
})

/** Releases the retired locations at and below a location, so that new tables can use them, although files or credentials may remain. Deletes no file. */
export async function releaseRetiredPlaces(
  client: Client,
  { warehouse, query }: { readonly warehouse: string; readonly query: ReleaseRetiredPlacesQuery },
): Promise<DecodedResponse<ReleaseRetiredPlacesResponse>> {
  return decodeLater(
    await client.send({
      method: 'DELETE',
      path: path`/management/v1/warehouses/${warehouse}/retired-places`,
      query,
    }),
    releaseRetiredPlacesResponseDecoder,
  )
}
