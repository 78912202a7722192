// Generated from docs/reference/management-openapi.json by `npm run docs`. Do not edit.

import { z } from 'zod'
import type { Client } from '../../connection/client.ts'
import { decodeLater, type DecodedResponse } from '../../connection/response.ts'
import { groupDecoder, type Group } from './schemas.ts'

export type ListGroupsQuery = {
  readonly issuer?: string | undefined
  readonly pageToken?: string | undefined
  readonly pageSize?: number | undefined
}

export type ListGroupsResponse = { readonly groups: readonly Group[]; readonly nextPageToken: string | null }

const listGroupsResponseDecoder: z.ZodType<ListGroupsResponse> = z.object({
  groups: z.array(groupDecoder),
  nextPageToken: z.string().nullable(),
})

/** Lists the groups of all issuers: groups that tokens contained, and groups with grants. */
export async function listGroups(
  client: Client,
  { query }: { readonly query?: ListGroupsQuery | undefined } = {},
): Promise<DecodedResponse<ListGroupsResponse>> {
  return decodeLater(
    await client.send({ method: 'GET', path: '/management/v1/groups', query }),
    listGroupsResponseDecoder,
  )
}
