import { HeadgateError } from '@headgate/errors'
import { z } from 'zod'

interface Life {
  /** How long storage access lives when it is handed out anew, in seconds. Default 3,600. */
  readonly lifetimeSeconds?: number | undefined
  /** Hand it out although the client did not ask, for clients that cannot. Default false. */
  readonly whenNotAsked?: boolean | undefined
}

/** How a warehouse hands out storage access, as it is configured. */
export type VendingProfile =
  | { readonly mode: 'none' }
  | ({ readonly mode: 'gateway' } & Life)
  | ({ readonly mode: 'remote-signing' } & Life)
  | ({
      readonly mode: 'sts'
      /** Base URL of a security token service that is not AWS; default: the storage's own endpoint, else AWS. */
      readonly stsEndpoint?: string | undefined
      readonly roleArn?: string | undefined
      readonly externalId?: string | undefined
      /** Who asks: the warehouse's storage keys (AssumeRole), or a web identity: the server's own or the user's token. */
      readonly identity?: 'keys' | 'server-token' | 'user-token' | undefined
      /** Keys that objects are encrypted with, which sessions may use. */
      readonly kmsKeyArns?: readonly string[] | undefined
      /** Name the principal in tags of the session, which its role must allow (`sts:TagSession`). */
      readonly sessionTags?: boolean | undefined
    } & Life)
  | {
      readonly mode: 'static'
      /** The keys that the server was given go to every client that may load a table, and stay valid. */
      readonly longLivedKeysMayLeaveTheServer: true
    }

const life = {
  lifetimeSeconds: z
    .number()
    .int()
    .positive()
    .max(7 * 86_400)
    .optional(),
  whenNotAsked: z.boolean().optional(),
}
const arn = z
  .string()
  .regex(/^arn:[\w-]+:[\w-]+:[\w-]*:\d*:[\w+=,.@/:-]+$/, 'must be an ARN')
  .max(2048)
const url = z.url({ protocol: /^https?$/ })

const profile = z.discriminatedUnion('mode', [
  z.strictObject({ mode: z.literal('none') }),
  z.strictObject({ mode: z.literal('gateway'), ...life }),
  z.strictObject({ mode: z.literal('remote-signing'), ...life }),
  z.strictObject({
    mode: z.literal('sts'),
    stsEndpoint: url.optional(),
    roleArn: arn.optional(),
    externalId: z.string().min(2).max(1224).optional(),
    identity: z.enum(['keys', 'server-token', 'user-token']).optional(),
    kmsKeyArns: z.array(arn).max(10).optional(),
    sessionTags: z.boolean().optional(),
    ...life,
  }),
  z.strictObject({ mode: z.literal('static'), longLivedKeysMayLeaveTheServer: z.literal(true) }),
])

/**
 * Reads how a warehouse hands out storage access, from a management request or the store.
 *
 * @throws HeadgateError `bad-request` that names the fields at fault
 */
export function parseVendingProfile(value: unknown): VendingProfile {
  const parsed = profile.safeParse(value)
  if (parsed.success) return parsed.data
  const faults = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'vending'}: ${message}`)
  throw new HeadgateError('bad-request', `Vending is not valid: ${faults.join('; ')}`)
}
