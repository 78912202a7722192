import { z } from 'zod'
import { isSecureUrl } from '../../secure-url.ts'
import { type SecondLegEntry, secondLegSchema } from './second-leg-schema.ts'

/** Asymmetric ones: with the others, whoever can verify can sign. */
export const algorithms = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
] as const

export const presetNames = ['keycloak', 'entra', 'okta', 'auth0', 'google', 'kubernetes'] as const

const url = z
  .string()
  .refine((text) => !/\s/.test(text), 'must have no blanks in it or around it')
  .refine(isSecureUrl, 'must be an https URL (http only on a loopback address), without user and fragment')
const word = z.string().min(1).max(512)
const words = z.union([word.transform((one) => [one]), z.array(word).min(1).max(100)])
const anyWords = z.array(word).max(1_000)
const claim = z.union([word.transform((one) => [one]), z.array(word).min(1).max(8)])
const seconds = (min: number, max: number): z.ZodNumber => z.number().int().min(min).max(max)

const introspection = z.strictObject({
  endpoint: url.optional().describe('Where to ask. Default: what the metadata of the issuer say.'),
  clientId: word.describe('The client at the issuer as which it is asked.'),
  clientSecretFile: word.optional().describe('File with the secret of that client.'),
  clientSecretEnv: word.optional().describe('Environment variable with it, in place of the file.'),
  tokens: z
    .enum(['opaque', 'all'])
    .optional()
    .describe(
      '`opaque` (default): tokens that are no JWT. `all`: JWTs as well, so that somebody who was disabled at the issuer is out after `cacheSeconds`.',
    ),
  cacheSeconds: seconds(0, 3_600)
    .optional()
    .describe('How long an answer is good, in seconds; never beyond the end of the token. Default 30.'),
})

const claims = z.strictObject({
  subject: claim.optional().describe('Who it is: never given to anybody else. Default `sub`.'),
  login: claim.optional().describe('The name that a person types to sign in. Default `preferred_username`.'),
  name: claim.optional().describe('The name for people. Default `name`.'),
  groups: claim.optional().describe('A list of names of groups. Default `groups`.'),
  actor: claim.optional().describe('Who acts for the subject. Default `act`.'),
  service: claim
    .optional()
    .describe(
      'A claim that only tokens have which a client got for itself: its `azp` is no actor then. Default: none.',
    ),
})

const shape = {
  issuer: url.describe('The `iss` of its tokens, letter by letter.'),
  preset: z
    .enum(presetNames)
    .optional()
    .describe('Fills in what is known of a product; what is said beside it wins.'),
  audience: words.describe(
    '**Required.** One `aud` or several, one of which an access token must have: the name of this catalog at the issuer. An audience that other services accept too would let their tokens in here.',
  ),
  algorithms: z
    .array(z.enum(algorithms))
    .min(1)
    .optional()
    .describe('The `alg`s that are taken. Default RS256, PS256, ES256 and EdDSA.'),
  tokenType: z
    .enum(['at+jwt', 'any'])
    .optional()
    .describe(
      '`at+jwt` (default): the header must say that it is an access token (RFC 9068). `any`: it may be a plain JWT, for issuers that do not say it. Id_tokens are refused either way.',
    ),
  jwksUri: url.optional().describe('Where the keys are. Default: what the metadata of the issuer say.'),
  discovery: z
    .union([z.enum(['openid', 'oauth']), url])
    .optional()
    .describe(
      'Where the metadata are: `openid` (default) is `ISSUER/.well-known/openid-configuration`, `oauth` is that of RFC 8414; or a URL. The issuer in it must be this one.',
    ),
  introspection: introspection.optional().describe('Asks the issuer about tokens (RFC 7662).'),
  claims: claims
    .optional()
    .describe('Which claims say what. A list is the way into nested objects: `["realm_access", "roles"]`.'),
  actors: anyWords
    .optional()
    .describe(
      '`azp`s (client ids at the issuer) of engines: tokens that they got for somebody have them as actor, and their entries here as limits. When it is set, a token with any other `azp` is refused.',
    ),
  clients: anyWords
    .optional()
    .describe(
      'Further `azp`s that are taken, and act for nobody: applications in which people sign in themselves.',
    ),
  subjectTokens: z
    .array(z.enum(['access_token', 'id_token']))
    .optional()
    .describe('What can be shown as the user of a token exchange. Default `["access_token"]`.'),
  idTokenAudience: words.optional().describe('The clients (`aud`) whose id_tokens are taken as subjects.'),
  makesPrincipals: z
    .boolean()
    .optional()
    .describe('Whoever comes with a good token first becomes a principal, without any right. Default true.'),
  groupsMaxAgeSeconds: seconds(0, 2_592_000)
    .optional()
    .describe('Groups that were said longer ago do not count. Default 86400, a day.'),
  leewaySeconds: seconds(0, 300).optional().describe('How far the clocks may be apart. Default 5.'),
  logoutAudience: words
    .optional()
    .describe(
      'The client ids for which the issuer sends logout tokens (OpenID Connect Back-Channel Logout) to `/oauth/backchannel-logout`. Default: none is taken.',
    ),
  secondLeg: secondLegSchema
    .optional()
    .describe(
      'When an engine exchanges a token of this issuer, the issuer is asked for one for this server first, with the client of this server. Default: it is not asked.',
    ),
} as const

const object = z.strictObject(shape)

type Algorithm = (typeof algorithms)[number]

/** One issuer as its configuration says it, with its preset filled in. */
export interface IssuerEntry {
  readonly issuer: string
  readonly preset?: (typeof presetNames)[number] | undefined
  readonly audience: readonly string[]
  readonly algorithms?: readonly Algorithm[] | undefined
  readonly tokenType?: 'at+jwt' | 'any' | undefined
  readonly jwksUri?: string | undefined
  readonly discovery?: string | undefined
  readonly introspection?:
    | {
        readonly endpoint?: string | undefined
        readonly clientId: string
        readonly clientSecretFile?: string | undefined
        readonly clientSecretEnv?: string | undefined
        readonly tokens?: 'opaque' | 'all' | undefined
        readonly cacheSeconds?: number | undefined
      }
    | undefined
  readonly claims?: Readonly<Partial<Record<ClaimName, readonly string[] | undefined>>> | undefined
  readonly actors?: readonly string[] | undefined
  readonly clients?: readonly string[] | undefined
  readonly subjectTokens?: readonly ('access_token' | 'id_token')[] | undefined
  readonly idTokenAudience?: readonly string[] | undefined
  readonly makesPrincipals?: boolean | undefined
  readonly groupsMaxAgeSeconds?: number | undefined
  readonly leewaySeconds?: number | undefined
  readonly logoutAudience?: readonly string[] | undefined
  readonly secondLeg?: SecondLegEntry | undefined
}

/** What is read out of a token. */
export type ClaimName = 'subject' | 'login' | 'name' | 'groups' | 'actor' | 'service'

export const issuerSchema: z.ZodType<IssuerEntry> = object

/** The settings of one issuer with what users are told about them, for the reference. */
export function issuerSettings(): readonly { readonly name: string; readonly doc: string }[] {
  return rowsOf(object, '')
}

function rowsOf(object: z.ZodObject, prefix: string): { name: string; doc: string }[] {
  return Object.entries(object.shape).flatMap(([name, field]) => {
    const described = field instanceof z.ZodType ? field : null
    const inner = described instanceof z.ZodOptional ? described.unwrap() : described
    const row = { name: prefix + name, doc: described?.description ?? '' }
    return inner instanceof z.ZodObject ? [row, ...rowsOf(inner, `${prefix}${name}.`)] : [row]
  })
}
