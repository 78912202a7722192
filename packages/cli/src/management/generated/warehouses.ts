// Generated from docs/reference/management-openapi.json by `npm run docs`. Do not edit.

import { z } from 'zod'
import type { Client } from '../../connection/client.ts'
import { path } from '../../connection/path.ts'
import { decodeLater, type DecodedResponse, type Response } from '../../connection/response.ts'
import {
  type NewWarehouse,
  type Revocation,
  type Storage,
  type Warehouse,
  type WarehouseChange,
  type WarehouseCheck,
  type WarehouseName,
  warehouseCheckDecoder,
  warehouseDecoder,
  warehouseNameDecoder,
} from './schemas.ts'

/** Creates a warehouse at a location that no other warehouse uses. The caller owns it and administers its storage. */
export async function createWarehouse(
  client: Client,
  { body }: { readonly body: NewWarehouse },
): Promise<DecodedResponse<Warehouse>> {
  return decodeLater(
    await client.send({ method: 'POST', path: '/management/v1/warehouses', body }),
    warehouseDecoder,
  )
}

export type ListWarehousesQuery = {
  readonly pageToken?: string | undefined
  readonly pageSize?: number | undefined
}

export type ListWarehousesResponse = {
  readonly warehouses: readonly WarehouseName[]
  readonly nextPageToken: string | null
}

const listWarehousesResponseDecoder: z.ZodType<ListWarehousesResponse> = z.object({
  warehouses: z.array(warehouseNameDecoder),
  nextPageToken: z.string().nullable(),
})

/** Lists the warehouses that the caller may use, or that contain an object that the caller may use. */
export async function listWarehouses(
  client: Client,
  { query }: { readonly query?: ListWarehousesQuery | undefined } = {},
): Promise<DecodedResponse<ListWarehousesResponse>> {
  return decodeLater(
    await client.send({ method: 'GET', path: '/management/v1/warehouses', query }),
    listWarehousesResponseDecoder,
  )
}

/** Shows a warehouse with its storage and settings. */
export async function getWarehouse(
  client: Client,
  { warehouse }: { readonly warehouse: string },
): Promise<DecodedResponse<Warehouse>> {
  return decodeLater(
    await client.send({ method: 'GET', path: path`/management/v1/warehouses/${warehouse}` }),
    warehouseDecoder,
  )
}

/** Deletes an empty warehouse. A warehouse is not empty while it contains dropped tables or views that can be restored. */
export function deleteWarehouse(
  client: Client,
  { warehouse }: { readonly warehouse: string },
): Promise<Response> {
  return client.send({ method: 'DELETE', path: path`/management/v1/warehouses/${warehouse}` })
}

/** Changes the settings that the request contains, or the keys of the storage. All other settings and the location stay unchanged. */
export async function updateWarehouse(
  client: Client,
  { warehouse, body }: { readonly warehouse: string; readonly body: WarehouseChange },
): Promise<DecodedResponse<Warehouse>> {
  return decodeLater(
    await client.send({ method: 'PATCH', path: path`/management/v1/warehouses/${warehouse}`, body }),
    warehouseDecoder,
  )
}

/** Tests everything that a warehouse requires of its storage. Each failed test states what to change. */
export async function checkWarehouse(
  client: Client,
  { warehouse }: { readonly warehouse: string },
): Promise<DecodedResponse<WarehouseCheck>> {
  return decodeLater(
    await client.send({ method: 'POST', path: path`/management/v1/warehouses/${warehouse}/check` }),
    warehouseCheckDecoder,
  )
}

export type CountObjectsQuery = { readonly namespace?: readonly string[] | undefined }

export type CountObjectsResponse = {
  readonly namespaces: number
  readonly tables: number
  readonly views: number
  readonly lanceTables: number
  readonly complete: boolean
}

const countObjectsResponseDecoder: z.ZodType<CountObjectsResponse> = z.object({
  namespaces: z.number(),
  tables: z.number(),
  views: z.number(),
  lanceTables: z.number(),
  complete: z.boolean(),
})

/** Counts the namespaces, tables and views of a warehouse, or those directly in a namespace. */
export async function countObjects(
  client: Client,
  { warehouse, query }: { readonly warehouse: string; readonly query?: CountObjectsQuery | undefined },
): Promise<DecodedResponse<CountObjectsResponse>> {
  return decodeLater(
    await client.send({ method: 'GET', path: path`/management/v1/warehouses/${warehouse}/counts`, query }),
    countObjectsResponseDecoder,
  )
}

export type RevokeAccessResponse = { readonly notBefore: string }

const revokeAccessResponseDecoder: z.ZodType<RevokeAccessResponse> = z.object({ notBefore: z.string() })

/** Ends the storage access and refresh tokens that were issued for a table, or for a whole warehouse. */
export async function revokeAccess(
  client: Client,
  { warehouse, body }: { readonly warehouse: string; readonly body: Revocation },
): Promise<DecodedResponse<RevokeAccessResponse>> {
  return decodeLater(
    await client.send({
      method: 'POST',
      path: path`/management/v1/warehouses/${warehouse}/revoke-access`,
      body,
    }),
    revokeAccessResponseDecoder,
  )
}

/** Tests the storage of a warehouse. */
export function validateWarehouse(
  client: Client,
  { warehouse }: { readonly warehouse: string },
): Promise<Response> {
  return client.send({ method: 'POST', path: path`/management/v1/warehouses/${warehouse}/validate` })
}

export type ValidateStorageRequest = { readonly storage: Storage }

/** Tests a storage that no warehouse uses yet. */
export function validateStorage(
  client: Client,
  { body }: { readonly body: ValidateStorageRequest },
): Promise<Response> {
  return client.send({ method: 'POST', path: '/management/v1/warehouses/validate', body })
}
