import { z } from 'zod'

/** Privileges of one user on an object (`PrivilegeAssignment` in `api/all.yaml` of Unity Catalog). */
export interface PrivilegeAssignment {
  /** E-mail address of a user. */
  readonly principal: string
  readonly privileges: readonly string[]
}

const maxItems = 100_000

/** Decoder of `PermissionsList` (`api/all.yaml` of Unity Catalog): the privileges of all users on an object. */
export const permissionsDecoder: z.ZodType<{
  readonly privilege_assignments: readonly PrivilegeAssignment[]
}> = z.object({
  privilege_assignments: z
    .array(
      z.object({
        principal: z.string().min(1).max(1024),
        privileges: z.array(z.string().max(256)).max(1000),
      }),
    )
    .max(maxItems),
})

/** Decoder of the owner in `CatalogInfo`, `SchemaInfo` and `TableInfo` (`api/all.yaml` of Unity Catalog). */
export const ownedDecoder: z.ZodType<{ readonly owner?: string | null | undefined }> = z.object({
  owner: z.string().max(1024).nullish(),
})
