import { z } from 'zod'

/** `PrivilegeAssignment`. */
export interface PrivilegeAssignment {
  /** E-mail address of a user. */
  readonly principal: string
  readonly privileges: readonly string[]
}

const maxItems = 100_000

/** Decoder of `PermissionsList` (`api/all.yaml`). */
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

/** Decoder of `CatalogInfo`, `SchemaInfo` and `TableInfo`. Only the owner is decoded. */
export const ownedDecoder: z.ZodType<{ readonly owner?: string | null | undefined }> = z.object({
  owner: z.string().max(1024).nullish(),
})
