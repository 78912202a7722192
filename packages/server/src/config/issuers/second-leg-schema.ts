import { z } from 'zod'
import { isSecureUrl } from '../../secure-url.ts'

export const secondLegProfiles = [
  'keycloak',
  'entra',
  'okta',
  'auth0',
  'google-sts',
  'generic-8693',
  'generic-7523',
  'chained',
] as const

type Optional<T> = T | undefined

/** This server as a client of an issuer, and what it asks for there. */
export interface LegClientEntry {
  readonly tokenEndpoint?: Optional<string>
  readonly clientId?: Optional<string>
  readonly clientSecretFile?: Optional<string>
  readonly clientSecretEnv?: Optional<string>
  readonly privateKeyFile?: Optional<string>
  readonly keyId?: Optional<string>
  readonly algorithm?: Optional<string>
  readonly assertionAudience?: Optional<string>
  readonly clientAuth?: Optional<'client_secret_basic' | 'client_secret_post' | 'private_key_jwt'>
  readonly audience?: Optional<readonly string[]>
  readonly scope?: Optional<string>
  readonly resource?: Optional<readonly string[]>
  readonly parameters?: Optional<Readonly<Record<string, string>>>
}

/** The setting `secondLeg` as the configuration says it. */
export interface SecondLegEntry extends LegClientEntry {
  readonly profile: (typeof secondLegProfiles)[number]
  readonly subjectAudience?: Optional<readonly string[]>
  readonly requestedTokenType?: Optional<'access_token' | 'jwt' | 'id-jag'>
  readonly timeoutSeconds?: Optional<number>
  readonly next?: Optional<LegClientEntry & { readonly issuer: string }>
}

const url = z
  .string()
  .refine(isSecureUrl, 'must be an https URL (http only on a loopback address), without user and fragment')
const word = z.string().min(1).max(512)
const names = z.union([word.transform((one) => [one]), z.array(word).min(1).max(20)])
const parameters = z.record(z.string().regex(/^[\w.-]{1,64}$/), z.string().max(2_048))

const client = {
  tokenEndpoint: url.optional().describe('Where to ask. Default: what the metadata of the issuer say.'),
  clientId: word.optional().describe('This server as a client of the issuer.'),
  clientSecretFile: word.optional().describe('File with the secret of that client.'),
  clientSecretEnv: word.optional().describe('Environment variable with it, in place of the file.'),
  privateKeyFile: word
    .optional()
    .describe('File with a private key, PKCS #8 as PEM or a JWK, in place of a secret (`private_key_jwt`).'),
  keyId: word.optional().describe('The name of that key at the issuer. Default: what the JWK says.'),
  algorithm: word.optional().describe('How it signs. Default: what fits the key.'),
  assertionAudience: word
    .optional()
    .describe('For whom what it signs is. Default: the issuer; with `entra`, the token endpoint.'),
  clientAuth: z
    .enum(['client_secret_basic', 'client_secret_post', 'private_key_jwt'])
    .optional()
    .describe(
      'How the client proves itself. Default: by the key if there is one, else `client_secret_basic`; with `entra` and `auth0` `client_secret_post`.',
    ),
  audience: names.optional().describe('For whom the token is to be; one or several.'),
  scope: word.optional().describe('The scope to ask for, with blanks between.'),
  resource: names.optional().describe('For what the token is to be, as URIs (RFC 8707).'),
  parameters: parameters.optional().describe('Further parameters of the request, as `{"name": "value"}`.'),
} as const

/** The second step of `chained`. */
const next = z.strictObject({
  issuer: url.describe('The issuer of the answer, which must be configured too: its rules verify it.'),
  ...client,
})

export const secondLegSchema: z.ZodType<SecondLegEntry> = z.strictObject({
  profile: z
    .enum(secondLegProfiles)
    .describe(
      '**Required.** How the issuer is asked: `keycloak`, `okta`, `auth0`, `google-sts` and `generic-8693` by token exchange, `entra` on behalf of the user, `generic-7523` by an assertion, `chained` by an exchange here whose result is the assertion at another issuer.',
    ),
  ...client,
  subjectAudience: names
    .optional()
    .describe(
      'The `aud`s, one of which the token of a user must have to be exchanged, in place of `audience` of the issuer. Default: `clientId`.',
    ),
  requestedTokenType: z
    .enum(['access_token', 'jwt', 'id-jag'])
    .optional()
    .describe('What an exchange asks for. Default `access_token`; with `chained` `jwt`.'),
  timeoutSeconds: z.number().int().min(1).max(30).optional().describe('For all of it. Default 5.'),
  next: next.optional().describe('With `chained`: where the result of the exchange is presented.'),
})
