// Generated from docs/reference/management-openapi.json by `npm run docs`. Do not edit.

import { z } from 'zod'
import type { Client } from '../../connection/client.ts'
import { decodeLater, type DecodedResponse } from '../../connection/response.ts'
import { issuerDecoder, type Issuer } from './schemas.ts'

export type ListIssuersResponse = { readonly issuers: readonly Issuer[] }

const listIssuersResponseDecoder: z.ZodType<ListIssuersResponse> = z.object({
  issuers: z.array(issuerDecoder),
})

/** Lists the configured issuers (HEADGATE_ISSUERS), with their use and the claims of their last token. */
export async function listIssuers(client: Client): Promise<DecodedResponse<ListIssuersResponse>> {
  return decodeLater(
    await client.send({ method: 'GET', path: '/management/v1/issuers' }),
    listIssuersResponseDecoder,
  )
}
