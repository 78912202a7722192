// Generated from docs/reference/management-openapi.json by `npm run docs`. Do not edit.

import { z } from 'zod'
import type { Client } from '../../connection/client.ts'
import { path } from '../../connection/path.ts'
import { decodeLater, type DecodedResponse } from '../../connection/response.ts'
import {
  changedDecoder,
  namespaceDecoder,
  namespaceLocationDecoder,
  type Changed,
  type Namespace,
  type NamespaceLocation,
  type NamespaceLocationRequest,
} from './schemas.ts'

export type GetNamespaceDetailsQuery = { readonly namespace: readonly string[] }

/** Shows a namespace with its owner and protection. */
export async function getNamespaceDetails(
  client: Client,
  { warehouse, query }: { readonly warehouse: string; readonly query: GetNamespaceDetailsQuery },
): Promise<DecodedResponse<Namespace>> {
  return decodeLater(
    await client.send({ method: 'GET', path: path`/management/v1/warehouses/${warehouse}/namespace`, query }),
    namespaceDecoder,
  )
}

export type ListNamespaceLocationsQuery = {
  readonly namespace: readonly string[]
  readonly pageToken?: string | undefined
  readonly pageSize?: number | undefined
}

export type ListNamespaceLocationsResponse = {
  readonly locations: readonly NamespaceLocation[]
  readonly nextPageToken: string | null
}

const listNamespaceLocationsResponseDecoder: z.ZodType<ListNamespaceLocationsResponse> = z.object({
  locations: z.array(namespaceLocationDecoder),
  nextPageToken: z.string().nullable(),
})

/** Lists the places that are granted to a namespace itself, not those of namespaces around it. */
export async function listNamespaceLocations(
  client: Client,
  { warehouse, query }: { readonly warehouse: string; readonly query: ListNamespaceLocationsQuery },
): Promise<DecodedResponse<ListNamespaceLocationsResponse>> {
  return decodeLater(
    await client.send({
      method: 'GET',
      path: path`/management/v1/warehouses/${warehouse}/namespace/locations`,
      query,
    }),
    listNamespaceLocationsResponseDecoder,
  )
}

/** Lets tables and views of a namespace, and of namespaces in it, use a place that holds files, unless it belongs to another table or view. The grant is deleted with the namespace. */
export async function grantNamespaceLocation(
  client: Client,
  { warehouse, body }: { readonly warehouse: string; readonly body: NamespaceLocationRequest },
): Promise<DecodedResponse<Changed>> {
  return decodeLater(
    await client.send({
      method: 'POST',
      path: path`/management/v1/warehouses/${warehouse}/namespace/locations`,
      body,
    }),
    changedDecoder,
  )
}

/** Revokes the grant of exactly this place to a namespace. Tables and views that lie there stay. */
export async function revokeNamespaceLocation(
  client: Client,
  { warehouse, body }: { readonly warehouse: string; readonly body: NamespaceLocationRequest },
): Promise<DecodedResponse<Changed>> {
  return decodeLater(
    await client.send({
      method: 'POST',
      path: path`/management/v1/warehouses/${warehouse}/namespace/locations/revoke`,
      body,
    }),
    changedDecoder,
  )
}
