import { z } from 'zod'
import { isId, uuidPattern } from '../directory/external-name.ts'

const reserved: ReadonlySet<string> = new Set(['anonymous', 'unidentified', 'headgate', 'server'])

/**
 * Names of principals and roles. No colon, because clients write `id:secret`; nothing that must be escaped in a form or
 * a URL; not like an id, so that one parameter can take either.
 */
export const newName: z.ZodType<string> = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._@-]{0,127}$/,
    'must be 1 to 128 letters, digits and . _ @ -, and begin with a letter or digit',
  )
  .refine((name) => !isId(name), 'must not look like an id')
  .refine((name) => !reserved.has(name.toLowerCase()), 'is reserved')

/** The id or the name of something that exists. */
/** The owner of an object, as `owner-name.ts` names it. */
export const ownerField: z.ZodNullable<z.ZodString> = z
  .string()
  .nullable()
  .describe('The owner as audit events name principals; null: that principal was deleted.')

export const idOrName: z.ZodType<string> = z.string().min(1).max(1_024)

export const id: z.ZodType<string> = z.string().regex(uuidPattern, 'must be an id').meta({ format: 'uuid' })

/** RFC 3339 in UTC, to the millisecond. */
export const instant: z.ZodType<string> = z.string().meta({ format: 'date-time' })

export function formatInstant(epochMs: number): string {
  return new Date(epochMs).toISOString()
}

/** How a list is paged; all of them are. */
export const pageParameters = {
  pageToken: z.string().max(4096).optional().describe('The nextPageToken of the page before.') as z.ZodType<
    string | undefined
  >,
  pageSize: z.coerce
    .number()
    .int()
    .min(1)
    .max(1000)
    .default(100)
    .describe('Items at most; the default is 100.') as z.ZodType<number>,
} as const

export const nextPageToken: z.ZodType<string | null> = z
  .string()
  .nullable()
  .describe('Null on the last page.')
