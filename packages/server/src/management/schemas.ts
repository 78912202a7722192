import { z } from 'zod'
import { isId, uuidPattern } from '../directory/external-name.ts'

const reserved: ReadonlySet<string> = new Set(['anonymous', 'unidentified', 'headgate', 'server'])

/**
 * Name of a new principal or role. It contains no colon, because clients write `id:secret`, and no character
 * that must be escaped in a form or URL. It does not have the form of an id, so that one parameter can accept
 * an id or a name.
 */
export const newName: z.ZodType<string> = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._@-]{0,127}$/,
    'must be 1 to 128 letters, digits and . _ @ -, and begin with a letter or digit',
  )
  .refine((name) => !isId(name), 'must not have the form of an id')
  .refine((name) => !reserved.has(name.toLowerCase()), 'is reserved')

/** Name of the owner of an object, as `findOwnerName` returns it. */
export const ownerField: z.ZodNullable<z.ZodString> = z
  .string()
  .nullable()
  .describe('Name of the owner as in audit events. Null: the owner was deleted.')

/** Id or name of an existing principal, role or other object. */
export const idOrName: z.ZodType<string> = z.string().min(1).max(1_024)

export const id: z.ZodType<string> = z.string().regex(uuidPattern, 'must be an id').meta({ format: 'uuid' })

/** Time in RFC 3339 format, in UTC and with milliseconds. */
export const instant: z.ZodType<string> = z.string().meta({ format: 'date-time' })

export function formatInstant(epochMs: number): string {
  return new Date(epochMs).toISOString()
}

/** Query parameters of all lists. */
export const pageParameters = {
  pageToken: z.string().max(4096).optional().describe('The nextPageToken of the previous page.') as z.ZodType<
    string | undefined
  >,
  pageSize: z.coerce
    .number()
    .int()
    .min(1)
    .max(1000)
    .default(100)
    .describe('Maximum number of items. Default: 100.') as z.ZodType<number>,
} as const

export const nextPageToken: z.ZodType<string | null> = z
  .string()
  .nullable()
  .describe('Token for the next page. Null: this is the last page.')
