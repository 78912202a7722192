import type { Json } from '@headgate/json'
import { z } from 'zod'
import { type SecretReference, secretReference } from './secret-reference.ts'

/** Name of a client at another issuer, whose tokens prove the client. */
export interface Federation {
  readonly issuer: string
  readonly subject: string
}

/** Public key of a client. */
export type Jwk = Readonly<Record<string, Json>>

/** Principal of a document, with the ways in which a client authenticates. */
export interface PrincipalEntry {
  /** Client id, or `ISSUER#SUBJECT` for a user of another issuer. */
  readonly name: string
  readonly displayName?: string | undefined
  readonly enabled?: boolean | undefined
  readonly secret?: SecretReference | undefined
  readonly keys?: readonly Jwk[] | undefined
  readonly federations?: readonly Federation[] | undefined
}

/** Members of private and symmetric keys (RFC 7518, sections 6.2.2, 6.3.2 and 6.4). */
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
      .describe('Only for new users of other issuers: the name in lists. Tokens of the user replace it.'),
    enabled: z
      .boolean()
      .optional()
      .describe('False: the principal gets no tokens, and its tokens are refused.'),
    secret: secretReference
      .optional()
      .describe('Client secret of 43 characters. It is set if the client has no secret yet.'),
    keys: z.array(jwk).max(16).optional().describe('Public keys, whose signatures prove the client.'),
    federations: z.array(federation).max(16).optional().describe('Names of the client at other issuers.'),
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

/** Returns whether a name is the client id of a client of the server itself, as the server parses names. */
export function isClient(name: string): boolean {
  const mark = name.indexOf('#')
  return mark < 1 || mark === name.length - 1
}

/** Splits the name of a user of another issuer. */
export function parseUser(name: string): Federation {
  const mark = name.indexOf('#')
  return { issuer: name.slice(0, mark), subject: name.slice(mark + 1) }
}
