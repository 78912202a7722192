/** Enumeration that also accepts unknown values, because a newer server can return new ones. */
export type OpenEnum<Known extends string> = Known | (string & {})
