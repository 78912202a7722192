// Generated from docs/reference/management-openapi.json by `npm run docs`. Do not edit.

import { z } from 'zod'
import type { Client } from '../../connection/client.ts'
import { path } from '../../connection/path.ts'
import { decodeLater, type DecodedResponse, type Response } from '../../connection/response.ts'
import {
  changedDecoder,
  namespaceDecoder,
  namespaceLocationDecoder,
  type Changed,
  type Namespace,
  type NamespaceLocation,
  type NamespaceLocationRequest,
  type OwnedNamespace,
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

/** Creates a namespace that another principal owns. Its parent namespace must exist. */
export function createOwnedNamespace(
  client: Client,
  { warehouse, body }: { readonly warehouse: string; readonly body: OwnedNamespace },
): Promise<Response> {
  return client.send({ method: 'POST', path: path`/management/v1/warehouses/${warehouse}/namespace`, body })
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

/** Lists the locations that are granted to a namespace itself, without those of its parent namespaces. */
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

/** Grants a location to a namespace: tables and views of the namespace and its child namespaces may use the location although it contains files, unless it belongs to another table or view. The grant is deleted with the namespace. */
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

/** Revokes the grant of exactly this location to a namespace. Existing tables and views in the location remain. */
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
