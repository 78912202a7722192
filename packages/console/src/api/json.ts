/** Type of a JSON value in a response. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json }

/** Enumeration type that also accepts unknown values, because a newer server can send them. */
export type OpenEnum<Known extends string> = Known | (string & {})
