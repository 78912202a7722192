import { z } from 'zod'

type Optional<T> = T | undefined

/** Id and credentials of this server as a client of an issuer. */
export interface ClientEntry {
  readonly clientId?: Optional<string>
  readonly clientSecretFile?: Optional<string>
  readonly clientSecretEnv?: Optional<string>
  readonly privateKeyFile?: Optional<string>
  readonly keyId?: Optional<string>
  readonly algorithm?: Optional<string>
  readonly assertionAudience?: Optional<string>
  readonly clientAuth?: Optional<'client_secret_basic' | 'client_secret_post' | 'private_key_jwt'>
}

const text = z.string().min(1).max(512)

type TextField = z.ZodOptional<z.ZodString>

export const clientFields: Readonly<
  Record<Exclude<keyof ClientEntry, 'clientAuth'>, TextField> & {
    readonly clientAuth: z.ZodOptional<z.ZodType<NonNullable<ClientEntry['clientAuth']>>>
  }
> = {
  clientId: text.optional().describe('Client id of this server at the issuer.'),
  clientSecretFile: text.optional().describe('File with the secret of the client.'),
  clientSecretEnv: text.optional().describe('Environment variable with the secret, instead of a file.'),
  privateKeyFile: text
    .optional()
    .describe('File with a private key, PKCS #8 as PEM or a JWK, instead of a secret (`private_key_jwt`).'),
  keyId: text.optional().describe('Id of the key at the issuer. Default: `kid` of the JWK.'),
  algorithm: text
    .optional()
    .describe('Algorithm of signatures with the key. Default: an algorithm that fits the key.'),
  assertionAudience: text
    .optional()
    .describe(
      'Audience of assertions that are signed with the key. Default: the issuer; with `entra`, the token endpoint.',
    ),
  clientAuth: z
    .enum(['client_secret_basic', 'client_secret_post', 'private_key_jwt'])
    .optional()
    .describe(
      'Method of client authentication. Default: `private_key_jwt` with a key, `client_secret_post` with a secret at `entra` and `auth0`, otherwise `client_secret_basic`.',
    ),
}

/** Further parameters of a request, by name. */
export const parametersField: z.ZodOptional<z.ZodType<Readonly<Record<string, string>>>> = z
  .record(z.string().regex(/^[\w.-]{1,64}$/), z.string().max(2_048))
  .optional()
  .describe('Further parameters of the request, as `{"name": "value"}`.')

/**
 * Returns a sentence for each combination of settings of a client that the server refuses.
 *
 * @param name name of the setting that contains the client
 */
export function* findClientContradictions(client: ClientEntry, name: string): Generator<string> {
  const { clientSecretEnv, clientSecretFile, privateKeyFile, clientAuth } = client
  const proofs = [clientSecretEnv, clientSecretFile, privateKeyFile].filter((proof) => proof !== undefined)
  if (proofs.length > 1)
    yield `${name} needs exactly one of clientSecretFile, clientSecretEnv and privateKeyFile.`
  const hasKey = privateKeyFile !== undefined
  if (clientAuth !== undefined && (clientAuth === 'private_key_jwt') !== hasKey)
    yield `${name}: clientAuth is ${clientAuth}, but privateKeyFile is ${hasKey ? 'set' : 'not set'}: change one of them.`
  const keySettings = [client.keyId, client.algorithm, client.assertionAudience]
  if (!hasKey && keySettings.some((setting) => setting !== undefined))
    yield `${name}: keyId, algorithm and assertionAudience require privateKeyFile, which is not set.`
}
