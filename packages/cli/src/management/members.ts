import type { z } from 'zod'

/** Schemas of the members of a request body, keyed by member name. */
export type Members<Request> = { readonly [name in keyof Request]-?: z.ZodType<Request[name]> }
