import { z } from 'zod'
import { CliError } from '../../cli-error.ts'
import { parseDotted } from '../../names/dotted.ts'
import { parseGrantee } from '../../names/grantee.ts'
import { parseSecurable } from '../../names/securable.ts'

/** `principal:NAME`, `role:NAME` or `group:ISSUER#NAME`. */
export type GranteeText = string

/** `server`, `warehouse:NAME`, `namespace:WAREHOUSE/NAME` or `table:WAREHOUSE/NAME`. */
export type SecurableText = string

export const granteeText: z.ZodType<GranteeText> = checkedText(
  /^(principal:.|role:.|group:.+#.)/,
  'principal:NAME, role:NAME or group:ISSUER#NAME',
  (text) => void parseGrantee(text),
)

export const securableText: z.ZodType<SecurableText> = checkedText(
  /^(server$|warehouse:.|(namespace|table|view):.+\/.)/,
  'server, warehouse:NAME, namespace:WAREHOUSE/NAME.NAME, or table: or view:WAREHOUSE/NAMESPACE.NAME',
  (text) => {
    const securable = parseSecurable(text, '')
    return securable === 'server' || securable.warehouse !== '' ? undefined : noWarehouse
  },
)

/** `WAREHOUSE/NAME.NAME`, as commands write it. */
export const namespaceText: z.ZodType<string> = checkedText(/^[^/]+\/./, 'WAREHOUSE/NAME.NAME', (text) =>
  parseDotted(text).warehouse === null ? noWarehouse : undefined,
)

const noWarehouse = 'names no warehouse'

type Check = (text: string) => string | undefined | void

/**
 * Returns a schema of texts.
 *
 * @param pattern what editors check
 * @param check accepts a text by returning undefined. It returns or throws the reason of a refusal
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
