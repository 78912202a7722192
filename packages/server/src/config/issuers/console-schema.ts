import { z } from 'zod'
import { type ClientEntry, clientFields, parametersField } from './client-schema.ts'

type Optional<T> = T | undefined

/** Setting `console` of an issuer: the web console signs users in there. */
export interface ConsoleEntry extends ClientEntry {
  readonly label?: Optional<string>
  readonly scope?: Optional<string>
  readonly token?: Optional<'access_token' | 'id_token'>
  readonly checkSeconds?: Optional<number>
  readonly parameters?: Optional<Readonly<Record<string, string>>>
}

export const consoleSchema: z.ZodType<ConsoleEntry> = z.strictObject({
  ...clientFields,
  label: z
    .string()
    .min(1)
    .max(64)
    .optional()
    .describe('Name of the issuer on the button of the sign-in. Default: its host.'),
  scope: z
    .string()
    .min(1)
    .max(512)
    .optional()
    .describe(
      'Requested scope values, separated by spaces, with `openid`. Default `openid`. Issuers that return a refresh token only for `offline_access` need it here, or sessions end with the token.',
    ),
  token: z
    .enum(['access_token', 'id_token'])
    .optional()
    .describe(
      'Token whose claims name the user and the groups: `access_token` (default) must be for this catalog as at all other APIs; `id_token` is for issuers without such access tokens, and the default of `google`.',
    ),
  checkSeconds: z
    .number()
    .int()
    .min(5)
    .max(3_600)
    .optional()
    .describe(
      'Time in seconds after which a request of the console renews the token of its session at the issuer, so that a user who is disabled there is signed out. Default 25.',
    ),
  parameters: parametersField,
})
