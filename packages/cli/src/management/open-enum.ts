/** Enumeration whose values are not all known: a newer server can return others. */
export type OpenEnum<Known extends string> = Known | (string & {})
