import type { Json } from '@headgate/json'
import { z } from 'zod'
import { type SecretReference, secretReference } from './secret-reference.ts'

/**
 * Name that a client of this server has at another issuer. Tokens of the issuer with this name authenticate the
 * client.
 */
export interface Federation {
  readonly issuer: string
  readonly subject: string
}

/** Public key of a client, as a JSON Web Key. */
export type Jwk = Readonly<Record<string, Json>>

/** Principal in a document of `headgate apply`, with the credentials of a client. */
export interface PrincipalEntry {
  /** Client id, or `ISSUER#SUBJECT` for a user of another issuer. */
  readonly name: string
  readonly displayName?: string | undefined
  readonly enabled?: boolean | undefined
  readonly secret?: SecretReference | undefined
  readonly keys?: readonly Jwk[] | undefined
  readonly federations?: readonly Federation[] | undefined
}

/**
 * Members of a JSON Web Key that contain secrets of private and symmetric keys (RFC 7518, sections 6.2.2, 6.3.2 and
 * 6.4).
 */
const privateMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']

const jwk: z.ZodType<Jwk> = z
  .record(z.string(), z.custom<Json>())
  .refine(
    (key) => !privateMembers.some((name) => name in key),
    'is a private or symmetric key: write the public key only',
  )
  .describe('Public JSON Web Key (RFC 7517).')

const federation = z.strictObject({
  issuer: z.string().min(1).max(512).describe('Issuer, written exactly as in its tokens.'),
  subject: z.string().min(1).max(512).describe('The sub of the tokens that authenticate this client.'),
})

export const principalEntry: z.ZodType<PrincipalEntry> = z
  .strictObject({
    name: z
      .string()
      .min(1)
      .max(1024)
      .describe('Client id of a client of this server, or ISSUER#SUBJECT of a user of another issuer.'),
    displayName: z
      .string()
      .min(1)
      .max(512)
      .optional()
      .describe(
        'Name in lists. Allowed only for users of other issuers, and used only for a new user. Later tokens of the user replace it.',
      ),
    enabled: z
      .boolean()
      .optional()
      .describe('If false, the principal gets no tokens, and the server refuses its tokens.'),
    secret: secretReference
      .optional()
      .describe(
        'Place of the client secret, which has 43 characters. The secret is set if the client has none yet.',
      ),
    keys: z.array(jwk).max(16).optional().describe('Public keys that verify signatures of the client.'),
    federations: z
      .array(federation)
      .max(16)
      .optional()
      .describe('Names of the client at other issuers, whose tokens authenticate it.'),
  })
  .refine(
    ({ name, secret, keys }) => isClient(name) || (secret ?? keys) === undefined,
    'is a user of another issuer, who has no secret and no keys here',
  )
  .refine(
    ({ name, displayName }) => !isClient(name) || displayName === undefined,
    'is a client of this server, which has no displayName',
  )
  .meta({ id: 'Principal' })

/** Returns whether the server parses a name as a client id, and not as `ISSUER#SUBJECT` of a user of another issuer. */
export function isClient(name: string): boolean {
  const mark = name.indexOf('#')
  return mark < 1 || mark === name.length - 1
}

/** Splits `ISSUER#SUBJECT`, the name of a user of another issuer. */
export function parseUser(name: string): Federation {
  const mark = name.indexOf('#')
  return { issuer: name.slice(0, mark), subject: name.slice(mark + 1) }
}
