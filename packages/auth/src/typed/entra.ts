import type { ReadyProvider } from '../auth-provider.ts'
import type { CreateOptions } from '../registry.ts'
import { openTyped, type SecretText, type TypedOptions } from './open-typed.ts'

/** Options of {@link entra}. Options that are not set are read from the environment variables of Azure's tools. */
export interface EntraOptions extends TypedOptions {
  /** Method of client authentication. Default: `auto`, which infers the method from the options that are set. */
  readonly credential?: 'auto' | 'client-secret' | 'certificate' | 'workload-identity' | 'managed-identity'
  readonly tenantId?: string
  readonly clientId?: string
  readonly clientSecret?: SecretText
  /** Path of the file with the certificate and its private key, as PEM. */
  readonly clientCertificatePath?: string
  /**
   * Path of a file with a token of another issuer, which Entra accepts for the application (federated credential).
   */
  readonly federatedTokenFile?: string
  readonly managedIdentityClientId?: string
  /** Scopes of the token. Default: `https://storage.azure.com/.default`, which OneLake accepts. */
  readonly scopes?: readonly string[]
  /** Base URL of Entra. Default: `https://login.microsoftonline.com`. */
  readonly authorityHost?: string
}

/**
 * Opens a provider that obtains tokens of Microsoft Entra and renews them.
 *
 * @throws {AuthError} with the property to change
 *
 * @example Type-checked only, because it needs a tenant of Entra.
 * ```ts
 * const auth = await entra({ tenantId: 'acme.example', clientId: 'etl', clientSecret: 'secret' })
 * console.log((await createFetch(auth)(url)).status)
 * ```
 */
export async function entra(options: EntraOptions = {}, create: CreateOptions = {}): Promise<ReadyProvider> {
  return await openTyped('entra', { ...options }, create)
}
