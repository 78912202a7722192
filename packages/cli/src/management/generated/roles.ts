// Generated from docs/reference/management-openapi.json by `npm run docs`. Do not edit.

import { z } from 'zod'
import type { Client } from '../../connection/client.ts'
import { path } from '../../connection/path.ts'
import { decodeLater, type DecodedResponse, type Response } from '../../connection/response.ts'
import {
  changedDecoder,
  granteeDecoder,
  roleDecoder,
  type Changed,
  type Grantee,
  type GranteeName,
  type Role,
} from './schemas.ts'

export type CreateRoleRequest = { readonly name: string }

/** Creates a role without members or grants. */
export async function createRole(
  client: Client,
  { body }: { readonly body: CreateRoleRequest },
): Promise<DecodedResponse<Role>> {
  return decodeLater(await client.send({ method: 'POST', path: '/management/v1/roles', body }), roleDecoder)
}

export type ListRolesQuery = {
  readonly name?: string | undefined
  readonly pageToken?: string | undefined
  readonly pageSize?: number | undefined
}

export type ListRolesResponse = { readonly roles: readonly Role[]; readonly nextPageToken: string | null }

const listRolesResponseDecoder: z.ZodType<ListRolesResponse> = z.object({
  roles: z.array(roleDecoder),
  nextPageToken: z.string().nullable(),
})

/** Lists roles by name. */
export async function listRoles(
  client: Client,
  { query }: { readonly query?: ListRolesQuery | undefined } = {},
): Promise<DecodedResponse<ListRolesResponse>> {
  return decodeLater(
    await client.send({ method: 'GET', path: '/management/v1/roles', query }),
    listRolesResponseDecoder,
  )
}

/** Shows a role. */
export async function getRole(
  client: Client,
  { role }: { readonly role: string },
): Promise<DecodedResponse<Role>> {
  return decodeLater(
    await client.send({ method: 'GET', path: path`/management/v1/roles/${role}` }),
    roleDecoder,
  )
}

/** Deletes a role with its memberships and grants. */
export function deleteRole(client: Client, { role }: { readonly role: string }): Promise<Response> {
  return client.send({ method: 'DELETE', path: path`/management/v1/roles/${role}` })
}

export type ListRoleMembersQuery = {
  readonly pageToken?: string | undefined
  readonly pageSize?: number | undefined
}

export type ListRoleMembersResponse = {
  readonly members: readonly Grantee[]
  readonly nextPageToken: string | null
}

const listRoleMembersResponseDecoder: z.ZodType<ListRoleMembersResponse> = z.object({
  members: z.array(granteeDecoder),
  nextPageToken: z.string().nullable(),
})

/** Lists the direct members of a role. */
export async function listRoleMembers(
  client: Client,
  { role, query }: { readonly role: string; readonly query?: ListRoleMembersQuery | undefined },
): Promise<DecodedResponse<ListRoleMembersResponse>> {
  return decodeLater(
    await client.send({ method: 'GET', path: path`/management/v1/roles/${role}/members`, query }),
    listRoleMembersResponseDecoder,
  )
}

/** Adds a principal, a role or a group to the members of a role. */
export async function addRoleMember(
  client: Client,
  { role, body }: { readonly role: string; readonly body: GranteeName },
): Promise<DecodedResponse<Changed>> {
  return decodeLater(
    await client.send({ method: 'POST', path: path`/management/v1/roles/${role}/members/add`, body }),
    changedDecoder,
  )
}

/** Removes a member from a role. A caller cannot remove its own right to administer the server. */
export async function removeRoleMember(
  client: Client,
  { role, body }: { readonly role: string; readonly body: GranteeName },
): Promise<DecodedResponse<Changed>> {
  return decodeLater(
    await client.send({ method: 'POST', path: path`/management/v1/roles/${role}/members/remove`, body }),
    changedDecoder,
  )
}
