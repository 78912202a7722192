/** Id of the principal of all anonymous callers; it has no row and so is nobody elsewhere. */
export const anonymousId = '00000000-0000-0000-0000-000000000001'
