import type { ContextOptions } from '../../context-options.ts'
import type { ConsoleEntry } from './console-schema.ts'
import { readClient } from './read-client.ts'
import type { IssuerEntry } from './schema.ts'

type ConsoleClient = NonNullable<ContextOptions['issuers'][number]['console']>

/**
 * Returns the options for the sign-in of the web console at an issuer. `console-schema.ts` has checked the entry before.
 *
 * @throws ConfigError when the secret or the key of the client is missing or cannot be read
 */
export function readConsole(
  entry: ConsoleEntry,
  { issuer, preset, subjectTokens }: IssuerEntry,
  environment: Readonly<Record<string, string | undefined>>,
): ConsoleClient {
  const { clientId: id = '', clientSecretEnv, clientSecretFile, privateKeyFile } = entry
  const isPublic = [clientSecretEnv, clientSecretFile, privateKeyFile].every((proof) => proof === undefined)
  const usesPost = preset === 'entra' || preset === 'auth0'
  const hasOnlyIdTokens = subjectTokens?.length === 1 && subjectTokens[0] === 'id_token'
  return {
    client: isPublic
      ? { id, proof: { method: 'none' } }
      : readClient(entry, id, { where: `console of ${issuer}`, usesPost, environment }),
    label: entry.label ?? new URL(issuer).host,
    scope: entry.scope ?? 'openid',
    token: entry.token ?? (hasOnlyIdTokens ? 'id_token' : 'access_token'),
    checkMs: (entry.checkSeconds ?? 25) * 1_000,
    parameters: entry.parameters ?? {},
  }
}
