import { z } from 'zod'
import { type ClientEntry, clientFields, findClientContradictions, parametersField } from './client-schema.ts'
import type { IssuerEntry } from './schema.ts'

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

/** Names of parameters that the server sets itself. */
const reserved =
  /^(response_type|response_mode|client_\w+|redirect_uri|scope|state|nonce|code_challenge(_method)?|request(_uri)?)$/

/** Returns a sentence for each combination of settings of `console` that the server refuses. */
export function* findConsoleContradictions(entry: IssuerEntry): Generator<string> {
  const { console } = entry
  if (console === undefined) return
  if (console.clientId === undefined)
    yield 'console needs clientId, the id of this server as a client of the issuer.'
  yield* findClientContradictions(console, 'console')
  if (entry.jwksUri !== undefined)
    yield 'console needs the metadata of the issuer, which are not read when jwksUri is set: remove jwksUri.'
  const parameter = Object.keys(console.parameters ?? {}).find((name) => reserved.test(name))
  if (parameter !== undefined)
    yield `console.parameters must not contain ${parameter}, because the server sets this parameter itself.`
  if (console.scope !== undefined && !console.scope.split(' ').includes('openid'))
    yield 'console.scope must contain openid.'
  if (console.clientId !== undefined && entry.actors?.includes(console.clientId) === true)
    yield 'actors contains the client of console, which is this server and not an engine: remove it from actors.'
}
