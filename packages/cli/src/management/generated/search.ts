// Generated from docs/reference/management-openapi.json by `npm run docs`. Do not edit.

import { z } from 'zod'
import type { Client } from '../../connection/client.ts'
import { decodeLater, type DecodedResponse } from '../../connection/response.ts'
import { nameMatchDecoder, type NameMatch } from './schemas.ts'

export type SearchNamesQuery = {
  readonly text: string
  readonly warehouse?: string | undefined
  readonly limit?: number | undefined
}

export type SearchNamesResponse = { readonly matches: readonly NameMatch[]; readonly more: boolean }

const searchNamesResponseDecoder: z.ZodType<SearchNamesResponse> = z.object({
  matches: z.array(nameMatchDecoder),
  more: z.boolean(),
})

/** Finds namespaces, tables and views whose names begin with a text, in upper or lower case, over all warehouses. */
export async function searchNames(
  client: Client,
  { query }: { readonly query: SearchNamesQuery },
): Promise<DecodedResponse<SearchNamesResponse>> {
  return decodeLater(
    await client.send({ method: 'GET', path: '/management/v1/search', query }),
    searchNamesResponseDecoder,
  )
}
