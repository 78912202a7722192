import { z } from 'zod'
import { isSecureUrl } from '../../secure-url.ts'
import { type ConsoleEntry, consoleSchema } from './console-schema.ts'
import { type SecondLegEntry, secondLegSchema } from './second-leg-schema.ts'

/**
 * Accepted signature algorithms (`alg`) of tokens. All are asymmetric: a key that verifies a symmetric signature can
 * also create one.
 */
const algorithms = [
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
  .refine((value) => !/\s/.test(value), 'must not contain white space')
  .refine(
    isSecureUrl,
    'must be an https URL (http only on a loopback address), without user information and fragment',
  )
const text = z.string().min(1).max(512)
const textOrList = z.union([text.transform((one) => [one]), z.array(text).min(1).max(100)])
const textList = z.array(text).max(1_000)
const claimPath = z.union([text.transform((one) => [one]), z.array(text).min(1).max(8)])
const seconds = (min: number, max: number): z.ZodNumber => z.number().int().min(min).max(max)

const introspection = z.strictObject({
  endpoint: url
    .optional()
    .describe('URL of the introspection endpoint. Default: the one in the metadata of the issuer.'),
  clientId: text.describe('Client id with which this server authenticates at the issuer.'),
  clientSecretFile: text.optional().describe('File with the secret of the client.'),
  clientSecretEnv: text.optional().describe('Environment variable with the secret, instead of a file.'),
  tokens: z
    .enum(['opaque', 'all'])
    .optional()
    .describe(
      '`opaque` (default): only tokens that are not JWTs. `all`: also JWTs, so that tokens of a user who is disabled at the issuer are refused after `cacheSeconds`.',
    ),
  cacheSeconds: seconds(0, 3_600)
    .optional()
    .describe(
      'Time for which a response is cached, in seconds, but never longer than the token is valid. Default 30.',
    ),
})

const claims = z.strictObject({
  subject: claimPath
    .optional()
    .describe('Identifier of the user, which the issuer must never reassign. Default `sub`.'),
  login: claimPath.optional().describe('Name with which a user signs in. Default `preferred_username`.'),
  name: claimPath.optional().describe('Display name. Default `name`.'),
  groups: claimPath.optional().describe('List of group names. Default `groups`.'),
  actor: claimPath.optional().describe('Actor that acts for the subject (RFC 8693). Default `act`.'),
  service: claimPath
    .optional()
    .describe(
      'Claim that is present only in a token that a client requested for itself. The `azp` of such a token is not treated as an actor. Default: no such claim.',
    ),
})

const settings = {
  issuer: url.describe('Exact value of `iss` in its tokens.'),
  preset: z
    .enum(presetNames)
    .optional()
    .describe(
      'Product whose defaults are used, for example for claim names. Other settings of the entry override these defaults.',
    ),
  audience: textOrList.describe(
    '**Required.** One or several values of `aud`, which name this catalog at the issuer. An access token must contain at least one of them. Tokens for other services with the same audience are accepted too.',
  ),
  algorithms: z
    .array(z.enum(algorithms))
    .min(1)
    .optional()
    .describe('Accepted values of `alg`. Default RS256, PS256, ES256 and EdDSA.'),
  tokenType: z
    .enum(['at+jwt', 'any'])
    .optional()
    .describe(
      '`at+jwt` (default): the `typ` in the header of an access token must be `at+jwt` (RFC 9068). `any`: plain JWTs are also accepted, for issuers that do not set this `typ`. Id tokens are refused in both cases.',
    ),
  jwksUri: url
    .optional()
    .describe('URL of the JSON Web Key Set. Default: the one in the metadata of the issuer.'),
  discovery: z
    .union([z.enum(['openid', 'oauth']), url])
    .optional()
    .describe(
      'Location of the metadata of the issuer: `openid` (default) is `ISSUER/.well-known/openid-configuration`, `oauth` is the URL that RFC 8414 defines, and any other value is a URL. The metadata must name the same issuer.',
    ),
  introspection: introspection.optional().describe('Queries the issuer about tokens (RFC 7662).'),
  claims: claims
    .optional()
    .describe(
      'Names of the claims that the server reads. A list is a path into nested objects: `["realm_access", "roles"]`.',
    ),
  actors: textList
    .optional()
    .describe(
      'Values of `azp` (client ids at the issuer) that are engines. An engine is the actor of the tokens that it requested for users, and the limits of its entry in Headgate apply. If `actors` or `clients` is set, a token with any other `azp` is refused.',
    ),
  clients: textList
    .optional()
    .describe(
      'Further accepted values of `azp` that are not treated as actors, for applications in which users sign in themselves.',
    ),
  subjectTokens: z
    .array(z.enum(['access_token', 'id_token']))
    .optional()
    .describe(
      'Kinds of tokens that are accepted as the subject of a token exchange. Default `["access_token"]`.',
    ),
  idTokenAudience: textOrList
    .optional()
    .describe('Client ids (`aud`) whose id tokens are accepted as subjects of a token exchange.'),
  makesPrincipals: z
    .boolean()
    .optional()
    .describe(
      'Whether the server creates a principal, without any right, for an unknown subject with a valid token. Default true.',
    ),
  groupsMaxAgeSeconds: seconds(0, 2_592_000)
    .optional()
    .describe(
      'Maximum age of the groups in a token, in seconds. Older groups are ignored. Default 86400, one day.',
    ),
  leewaySeconds: seconds(0, 300)
    .optional()
    .describe('Accepted difference between clocks, in seconds. Default 5.'),
  logoutAudience: textOrList
    .optional()
    .describe(
      'Client ids for which the issuer sends logout tokens (OpenID Connect Back-Channel Logout) to `/oauth/backchannel-logout`. The client of `console` is always one of them. Default: logout tokens are refused.',
    ),
  console: consoleSchema
    .optional()
    .describe(
      'Client of this server with which the web console signs users in at this issuer. Its redirect URI is `/console/callback` below the public URL of the server. Without a secret or key, it is a public client. Default: the console offers no sign-in there.',
    ),
  secondLeg: secondLegSchema
    .optional()
    .describe(
      'Additional exchange at the issuer. When an engine exchanges a token of this issuer at Headgate, Headgate first requests a token for itself from the issuer, with its own client. Default: no additional exchange.',
    ),
} as const

const issuerObject = z.strictObject(settings)

type Algorithm = (typeof algorithms)[number]

/** Configuration of an issuer after the defaults of its preset were added. */
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
  readonly console?: ConsoleEntry | undefined
  readonly secondLeg?: SecondLegEntry | undefined
}

/** Names of the values that the server reads from token claims. */
export type ClaimName = 'subject' | 'login' | 'name' | 'groups' | 'actor' | 'service'

export const issuerSchema: z.ZodType<IssuerEntry> = issuerObject

/** Lists the settings of an issuer with their descriptions, for the generated reference. */
export function listIssuerSettings(): readonly { readonly name: string; readonly doc: string }[] {
  return listSettings(issuerObject, '')
}

function listSettings(object: z.ZodObject, prefix: string): { name: string; doc: string }[] {
  return Object.entries(object.shape).flatMap(([name, field]) => {
    const described = field instanceof z.ZodType ? field : null
    const inner = described instanceof z.ZodOptional ? described.unwrap() : described
    const row = { name: prefix + name, doc: described?.description ?? '' }
    return inner instanceof z.ZodObject ? [row, ...listSettings(inner, `${prefix}${name}.`)] : [row]
  })
}
