import { HeadgateError } from '@headgate/errors'
import { z } from 'zod'

interface Keys {
  /**
   * User-Agent patterns (with `*` and `?`) of clients that must not receive the property `s3.endpoint` with
   * storage credentials. Default: none. The pattern `*` matches all clients.
   */
  readonly omitEndpointFor?: readonly string[] | undefined
}

interface Life {
  /** Lifetime of storage credentials, in seconds. Default 3,600. */
  readonly lifetimeSeconds?: number | undefined
  /**
   * Whether clients receive storage credentials that they did not request. Default: true in the mode
   * `gateway`, which calls no other service; otherwise false.
   */
  readonly whenNotAsked?: boolean | undefined
}

/** Vending profile: the configuration of storage access for the clients of a warehouse. */
export type VendingProfile =
  | { readonly mode: 'none' }
  /**
   * Clients of an upstream warehouse receive credentials of the upstream catalog. This mode is never
   * configured; `effectiveVending` computes it.
   */
  | { readonly mode: 'pass' }
  | ({ readonly mode: 'gateway' } & Life & Keys)
  | ({ readonly mode: 'remote-signing' } & Pick<Life, 'whenNotAsked'>)
  | ({
      readonly mode: 'sts'
      /** Base URL of a security token service that is not AWS. Default: the endpoint of the storage, or AWS. */
      readonly stsEndpoint?: string | undefined
      readonly roleArn?: string | undefined
      readonly externalId?: string | undefined
      /**
       * Identity with which the server calls the token service: the storage keys of the warehouse (`keys`,
       * AssumeRole), or a web identity. The web identity is the server's own token (`server-token`), or a
       * token that the server creates for the user (`user-token`).
       */
      readonly identity?: 'keys' | 'server-token' | 'user-token' | undefined
      /** ARNs of the KMS keys that encrypt the objects. Sessions may use these keys. */
      readonly kmsKeyArns?: readonly string[] | undefined
      /**
       * Whether sessions at the token service have tags that name the principal. The role must then allow
       * `sts:TagSession`.
       */
      readonly sessionTags?: boolean | undefined
      /** Audience (`aud`) of the token in the mode `user-token`. Default: `sts.amazonaws.com`. */
      readonly tokenAudience?: string | undefined
      /**
       * Additional claims of the token in the mode `user-token`, such as the claim `policy` that MinIO
       * requires.
       */
      readonly tokenClaims?: Readonly<Record<string, string>> | undefined
    } & Life &
      Keys)
  | ({
      readonly mode: 'static'
      /**
       * Confirms that every client that may load a table receives the warehouse's own storage keys, which do
       * not expire. Required for the mode `static`.
       */
      readonly longLivedKeysMayLeaveTheServer: true
    } & Keys)

const whenNotAsked = z
  .boolean()
  .optional()
  .describe(
    'Issue storage credentials even to clients that do not request them with X-Iceberg-Access-Delegation. Default: true in mode gateway, else false.',
  )
const omitEndpointFor = z
  .array(z.string().min(1).max(100))
  .max(10)
  .optional()
  .describe(
    'User-Agent patterns of clients whose storage credentials must not contain s3.endpoint, such as ClickHouse*. In a pattern, * is any text and ? is one character. Default: no client.',
  )
const life = {
  lifetimeSeconds: z
    .int()
    .positive()
    .max(7 * 86_400)
    .optional()
    .describe('Lifetime of storage credentials, in seconds. Default: 3600.'),
  whenNotAsked,
  omitEndpointFor,
}
const arn = z
  .string()
  .regex(/^arn:[\w-]+:[\w-]+:[\w-]*:\d*:[\w+=,.@/:-]+$/, 'must be an ARN')
  .max(2048)
/** Names of claims that the server sets itself. `tokenClaims` must not contain these names. */
const ownClaims = new Set(
  'iss sub aud exp nbf iat jti act name client_id scope principal_id https://aws.amazon.com/tags'.split(' '),
)
const tokenClaims = z
  .record(z.string().min(1).max(255), z.string().max(2048))
  .refine((claims) => Object.keys(claims).length <= 10, 'must be 10 at most')
  .refine(
    (claims) => !Object.keys(claims).some((name) => ownClaims.has(name)),
    `cannot be any of ${[...ownClaims].join(', ')}`,
  )
const url = z.url({ protocol: /^https?$/ }).max(2048)

/** Schema of a vending profile, for the management API and its OpenAPI document. */
export const vendingProfile: z.ZodType<VendingProfile> = z
  .discriminatedUnion('mode', [
    z.strictObject({ mode: z.literal('none') }),
    z.strictObject({ mode: z.literal('gateway'), ...life }),
    z.strictObject({ mode: z.literal('remote-signing'), whenNotAsked }, { error: withoutLifetime }),
    z.strictObject({
      mode: z.literal('sts'),
      stsEndpoint: url
        .optional()
        .describe('Base URL of the security token service. Default: the endpoint of the storage, or AWS.'),
      roleArn: arn.optional().describe('ARN of the role that the server assumes. Required at AWS.'),
      externalId: z
        .string()
        .min(2)
        .max(1224)
        .optional()
        .describe('External id that the trust policy of the role requires.'),
      identity: z
        .enum(['keys', 'server-token', 'user-token'])
        .optional()
        .describe(
          'Identity with which the server calls the token service: the storage keys, the token of the server itself, or a token that the server mints for the user.',
        ),
      kmsKeyArns: z.array(arn).max(10).optional().describe('ARNs of the KMS keys that encrypt the objects.'),
      sessionTags: z.boolean().optional().describe('Add tags with the principal to the session.'),
      tokenAudience: z
        .string()
        .min(1)
        .max(255)
        .optional()
        .describe('Audience of the token. Only with identity user-token. Default: sts.amazonaws.com.'),
      tokenClaims: tokenClaims
        .optional()
        .describe(
          'Additional claims of the token, such as the policy that MinIO requires. Only with identity user-token.',
        ),
      ...life,
    }),
    z.strictObject({
      mode: z.literal('static'),
      longLivedKeysMayLeaveTheServer: z
        .literal(true)
        .describe(
          'Confirms that every client that may load a table receives the storage keys, which do not expire.',
        ),
      omitEndpointFor,
    }),
  ])
  .meta({ id: 'Vending' })

function withoutLifetime({
  code,
  keys,
}: {
  readonly code?: string
  readonly keys?: unknown
}): string | undefined {
  if (code !== 'unrecognized_keys' || !Array.isArray(keys) || !keys.includes('lifetimeSeconds'))
    return undefined
  return 'lifetimeSeconds is not possible with remote-signing, because each request is signed when it is sent'
}

/**
 * Parses a vending profile from a management request or the database.
 *
 * @throws HeadgateError `bad-request` that names the invalid fields
 */
export function parseVendingProfile(value: unknown): VendingProfile {
  const parsed = vendingProfile.safeParse(value)
  if (parsed.success) return parsed.data
  const faults = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'vending'}: ${message}`)
  throw new HeadgateError('bad-request', `The vending profile is invalid: ${faults.join('; ')}`)
}
