// Generated from docs/reference/management-openapi.json by `npm run docs`. Do not edit.

import { z } from 'zod'
import type { Client } from '../../connection/client.ts'
import { decodeLater, type DecodedResponse } from '../../connection/response.ts'
import type { OpenEnum } from '../open-enum.ts'
import {
  changedDecoder,
  grantDecoder,
  grantEffectDecoder,
  type Changed,
  type Grant,
  type GrantEffect,
  type GrantRequest,
  type GranteeName,
  type Privilege,
  type SecurableName,
} from './schemas.ts'

/** Grants one or several privileges on an object, and on everything below it, to a principal, a role or a group. */
export async function grantPrivilege(
  client: Client,
  { body }: { readonly body: GrantRequest },
): Promise<DecodedResponse<Changed>> {
  return decodeLater(
    await client.send({ method: 'POST', path: '/management/v1/grants', body }),
    changedDecoder,
  )
}

export type ListGrantsQuery = {
  readonly principal?: string | undefined
  readonly role?: string | undefined
  readonly group?: string | undefined
  readonly all?: 'true' | undefined
  readonly server?: 'true' | undefined
  readonly warehouse?: string | undefined
  readonly namespace?: readonly string[] | undefined
  readonly relation?: string | undefined
  readonly pageToken?: string | undefined
  readonly pageSize?: number | undefined
}

export type ListGrantsResponse = { readonly grants: readonly Grant[]; readonly nextPageToken: string | null }

const listGrantsResponseDecoder: z.ZodType<ListGrantsResponse> = z.object({
  grants: z.array(grantDecoder),
  nextPageToken: z.string().nullable(),
})

/** Lists the grants to a principal, role or group, the grants on one object, or all grants. */
export async function listGrants(
  client: Client,
  { query }: { readonly query?: ListGrantsQuery | undefined } = {},
): Promise<DecodedResponse<ListGrantsResponse>> {
  return decodeLater(
    await client.send({ method: 'GET', path: '/management/v1/grants', query }),
    listGrantsResponseDecoder,
  )
}

export type PreviewGrantRequest = {
  readonly action: OpenEnum<'grant' | 'revoke'>
  readonly privilege?: Privilege | undefined
  readonly privileges?: readonly Privilege[] | undefined
  readonly on: SecurableName
  readonly to: GranteeName
}

export type PreviewGrantResponse = { readonly effects: readonly GrantEffect[] }

const previewGrantResponseDecoder: z.ZodType<PreviewGrantResponse> = z.object({
  effects: z.array(grantEffectDecoder),
})

/** Lists the principals that would gain or lose privileges on the object itself by a grant or a revocation, and changes nothing. */
export async function previewGrant(
  client: Client,
  { body }: { readonly body: PreviewGrantRequest },
): Promise<DecodedResponse<PreviewGrantResponse>> {
  return decodeLater(
    await client.send({ method: 'POST', path: '/management/v1/grants/preview', body }),
    previewGrantResponseDecoder,
  )
}

/** Revokes exactly the named grants. Rights from other grants, roles or ownership remain. */
export async function revokePrivilege(
  client: Client,
  { body }: { readonly body: GrantRequest },
): Promise<DecodedResponse<Changed>> {
  return decodeLater(
    await client.send({ method: 'POST', path: '/management/v1/grants/revoke', body }),
    changedDecoder,
  )
}
