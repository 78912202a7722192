/**
 * Enumeration that also accepts unknown values, because a newer server can return values that this version does not
 * know.
 */
export type OpenEnum<Known extends string> = Known | (string & {})
