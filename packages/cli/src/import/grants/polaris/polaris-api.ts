import { z } from 'zod'

interface Named {
  readonly name: string
}

/** Principal role of Polaris (`PrincipalRole` of its management API). */
export interface PolarisPrincipalRole extends Named {
  /** Whether an identity provider manages the members of the role. */
  readonly federated?: boolean | undefined
}

/**
 * Grant of a Polaris role (`GrantResource` of its management API). Members are absent if the type of the grant does
 * not have them.
 */
export interface PolarisGrant {
  readonly type: string
  readonly privilege: string
  readonly namespace?: readonly string[] | undefined
  readonly tableName?: string | undefined
  readonly viewName?: string | undefined
}

/** Decoder of the name of a principal, role or catalog. Polaris allows 256 characters; the decoder accepts more. */
const name = z.string().min(1).max(1024)
const maxItems = 100_000

/** Decoder of `Principals` (`polaris-management-service.yml`). */
export const principalsDecoder: z.ZodType<{ readonly principals: readonly Named[] }> = z.object({
  principals: z.array(z.object({ name })).max(maxItems),
})

/** Decoder of `PrincipalRoles` (`polaris-management-service.yml`). */
export const principalRolesDecoder: z.ZodType<{ readonly roles: readonly PolarisPrincipalRole[] }> = z.object(
  { roles: z.array(z.object({ name, federated: z.boolean().optional() })).max(maxItems) },
)

/** Decoder of `CatalogRoles` (`polaris-management-service.yml`). */
export const catalogRolesDecoder: z.ZodType<{ readonly roles: readonly Named[] }> = z.object({
  roles: z.array(z.object({ name })).max(maxItems),
})

/** Decoder of `GrantResources` (`polaris-management-service.yml`): the grants of a catalog role. */
export const grantsDecoder: z.ZodType<{ readonly grants: readonly PolarisGrant[] }> = z.object({
  grants: z
    .array(
      z.object({
        type: z.string(),
        privilege: z.string().max(256),
        namespace: z.array(z.string()).max(64).optional(),
        tableName: z.string().optional(),
        viewName: z.string().optional(),
      }),
    )
    .max(maxItems),
})
