/** Id of the server as an object of grants, which contains all warehouses. */
export const serverId = '00000000-0000-0000-0000-000000000000'

/** Id of the principal of all anonymous callers. No row has this id, so no grant can name it. */
export const anonymousId = '00000000-0000-0000-0000-000000000001'

/** Id that stands for an absent principal, which owns no object and has no grant. No row has this id. */
export const absentPrincipalId = '00000000-0000-0000-0000-000000000002'

/**
 * Id that stands for an object of an upstream that has no row. No row has this id, so no grant can name the
 * object, and only grants on the objects above it apply.
 */
export const unknownObjectId = '00000000-0000-0000-0000-000000000003'
