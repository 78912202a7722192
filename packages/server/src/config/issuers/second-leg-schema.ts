import { z } from 'zod'
import { isSecureUrl } from '../../secure-url.ts'
import { type ClientEntry, clientFields, parametersField } from './client-schema.ts'

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

/** Client id and credentials of this server at an issuer, and the target of the token that the server requests. */
export interface LegClientEntry extends ClientEntry {
  readonly tokenEndpoint?: Optional<string>
  readonly audience?: Optional<readonly string[]>
  readonly scope?: Optional<string>
  readonly resource?: Optional<readonly string[]>
  readonly parameters?: Optional<Readonly<Record<string, string>>>
}

/** Setting `secondLeg` of an issuer: how the server exchanges a user's token at this issuer for a token for itself. */
export interface SecondLegEntry extends LegClientEntry {
  readonly profile: (typeof secondLegProfiles)[number]
  readonly subjectAudience?: Optional<readonly string[]>
  readonly requestedTokenType?: Optional<'access_token' | 'jwt' | 'id-jag'>
  readonly timeoutSeconds?: Optional<number>
  readonly next?: Optional<LegClientEntry & { readonly issuer: string }>
}

const url = z
  .string()
  .refine(
    isSecureUrl,
    'must be an https URL (http only on a loopback address), without user information and fragment',
  )
const text = z.string().min(1).max(512)
const textOrList = z.union([text.transform((one) => [one]), z.array(text).min(1).max(20)])

const client = {
  tokenEndpoint: url
    .optional()
    .describe('URL of the token endpoint. Default: the one in the metadata of the issuer.'),
  ...clientFields,
  audience: textOrList.optional().describe('One or several audiences of the requested token.'),
  scope: text.optional().describe('Requested scope values, separated by spaces.'),
  resource: textOrList
    .optional()
    .describe('URIs of the resources that the requested token is for (RFC 8707).'),
  parameters: parametersField,
} as const

/**
 * Settings for the second step of the profile `chained`, in which the result of the exchange is presented to another
 * issuer.
 */
const next = z.strictObject({
  issuer: url.describe(
    'Issuer that returns the final token. It must be in `HEADGATE_ISSUERS` too, because its entry defines how the token is verified.',
  ),
  ...client,
})

export const secondLegSchema: z.ZodType<SecondLegEntry> = z.strictObject({
  profile: z
    .enum(secondLegProfiles)
    .describe(
      '**Required.** Form of the request: `keycloak`, `okta`, `auth0`, `google-sts` and `generic-8693` send a token exchange, `entra` an on-behalf-of request, `generic-7523` an assertion. `chained` sends a token exchange, and then its result as an assertion to another issuer.',
    ),
  ...client,
  subjectAudience: textOrList
    .optional()
    .describe(
      'Accepted values of `aud` in the token of a user that is exchanged, instead of `audience` of the issuer. Default: `clientId`.',
    ),
  requestedTokenType: z
    .enum(['access_token', 'jwt', 'id-jag'])
    .optional()
    .describe('Type of token that an exchange requests. Default `access_token`; with `chained`, `jwt`.'),
  timeoutSeconds: z
    .number()
    .int()
    .min(1)
    .max(30)
    .optional()
    .describe('Time limit of the whole exchange, in seconds. Default 5.'),
  next: next
    .optional()
    .describe('Only with `chained`: issuer to which the result of the exchange is presented.'),
})
