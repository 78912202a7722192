import { z } from 'zod'
import { CliError } from '../../cli-error.ts'
import { parseDotted } from '../../names/dotted.ts'
import { parseGrantee } from '../../names/grantee.ts'
import { parseSecurable } from '../../names/securable.ts'

/** Grantee in the form of documents: `principal:NAME`, `role:NAME` or `group:ISSUER#NAME`. */
export type GranteeText = string

/**
 * Object of a grant in the form of documents: `server`, `warehouse:NAME`, `namespace:WAREHOUSE/NAME`,
 * `table:WAREHOUSE/NAME` or `view:WAREHOUSE/NAME`.
 */
export type SecurableText = string

export const granteeText: z.ZodType<GranteeText> = checkedText(
  /^(principal:|role:|group:[\s\S]+#)[\s\S]/,
  'principal:NAME, role:NAME or group:ISSUER#NAME',
  (text) => void parseGrantee(text),
)

export const securableText: z.ZodType<SecurableText> = checkedText(
  /^(server$|warehouse:[\s\S]|(namespace|table|view):[\s\S]+\/[\s\S])/,
  'server, warehouse:NAME, namespace:WAREHOUSE/NAME.NAME, or table: or view:WAREHOUSE/NAMESPACE.NAME',
  (text) => {
    const securable = parseSecurable(text, '')
    return securable === 'server' || securable.warehouse !== '' ? undefined : noWarehouse
  },
)

/** Schema of the name of a namespace: `WAREHOUSE/NAME.NAME`, as in commands. */
export const namespaceText: z.ZodType<string> = checkedText(
  /^[^/]+\/[\s\S]/,
  'WAREHOUSE/NAME.NAME',
  (text) => (parseDotted(text).warehouse === null ? noWarehouse : undefined),
)

const noWarehouse = 'names no warehouse'

type Check = (text: string) => string | undefined | void

/**
 * Returns a zod schema that accepts the texts in the given form, such as `namespace:WAREHOUSE/NAME`.
 *
 * @param pattern pattern in the JSON schema, with which editors check a text. Names may contain line breaks, which `.` does
 *   not match
 * @param check returns undefined for an accepted text, and returns or throws the reason for a refused one
 */
function checkedText(pattern: RegExp, form: string, check: Check): z.ZodType<string> {
  return z
    .string()
    .regex(pattern, { message: `must be written as ${form}`, abort: true })
    .describe(`Written as ${form}.`)
    .superRefine((text, { addIssue }) => {
      const reason = findReason(check, text)
      if (reason !== undefined) addIssue({ code: 'custom', message: `${reason}. Write it as ${form}` })
    })
}

function findReason(check: Check, text: string): string | undefined {
  try {
    return check(text) ?? undefined
  } catch (error) {
    if (error instanceof CliError) return error.message.replace(/\.$/, '')
    throw error
  }
}
