import { z } from 'zod'

const id = z.uuid()
const maxItems = 100_000

/** Decoder of `ServerInfo` (`management-open-api.yaml`). Only the member that identifies the authorizer is decoded. */
export const serverInfoDecoder: z.ZodType<{ readonly 'authz-backend': string }> = z.object({
  'authz-backend': z.string(),
})

type Settings = Readonly<Record<string, string>> | null | undefined

/** Decoder of the response of `GET /v1/config`, whose prefix contains the id of the warehouse. */
export const configDecoder: z.ZodType<{ readonly defaults?: Settings; readonly overrides?: Settings }> =
  z.object({
    defaults: z.record(z.string(), z.string()).nullish(),
    overrides: z.record(z.string(), z.string()).nullish(),
  })

/** Decoder of `GetWarehouseResponse`. Only the id of the project is decoded. */
export const warehouseDecoder: z.ZodType<{ readonly 'project-id': string }> = z.object({
  'project-id': z.string().min(1).max(256),
})

/** Assignment in Lakekeeper: a relation, such as `ownership` or `select`, of a user or role to an object. */
export type Assignment =
  { readonly type: string; readonly user: string } | { readonly type: string; readonly role: string }

/**
 * Decoder of the assignments on an object: `GetWarehouseAssignmentsResponse`, and the responses for other objects,
 * which have the same members.
 */
export const assignmentsDecoder: z.ZodType<{ readonly assignments: readonly Assignment[] }> = z.object({
  assignments: z
    .array(
      z.union([
        z.object({ type: z.string().max(256), user: z.string().min(1).max(1024) }),
        z.object({ type: z.string().max(256), role: id }),
      ]),
    )
    .max(maxItems),
})

/** Decoder of `GetNamespaceAuthPropertiesResponse` (Lakekeeper management API). */
export const namespacePropertiesDecoder: z.ZodType<{ readonly 'managed-access-inherited': boolean }> =
  z.object({ 'managed-access-inherited': z.boolean() })

/** Decoder of `Role` (Lakekeeper management API). */
export const roleDecoder: z.ZodType<{ readonly name: string; readonly 'provider-id'?: string | undefined }> =
  z.object({ name: z.string().max(1024), 'provider-id': z.string().max(256).optional() })

/** Decoder of `User` (Lakekeeper management API). */
export const userDecoder: z.ZodType<{
  readonly name: string
  readonly email?: string | null | undefined
  readonly 'user-type'?: string | undefined
}> = z.object({
  name: z.string().max(1024),
  email: z.string().max(1024).nullish(),
  'user-type': z.string().max(64).optional(),
})

/** Decoder of `GetNamespaceResponse` (`rest-catalog-open-api.yaml`) for requests with `returnUuid`. */
export const namespaceDecoder: z.ZodType<{ readonly 'namespace-uuid': string }> = z.object({
  'namespace-uuid': id,
})

/** Decoder of `ListTablesResponse` for requests with `returnUuids`. Lists of views have the same members. */
export const relationsDecoder: z.ZodType<{
  readonly identifiers: readonly { readonly name: string }[]
  readonly 'table-uuids': readonly string[]
  readonly 'next-page-token'?: string | null | undefined
}> = z
  .object({
    identifiers: z.array(z.object({ name: z.string() })).max(maxItems),
    'table-uuids': z.array(id),
    'next-page-token': z.string().nullish(),
  })
  .refine(({ identifiers, 'table-uuids': ids }) => identifiers.length === ids.length, {
    path: ['table-uuids'],
    message: 'the list of ids must have one id for each identifier',
  })
