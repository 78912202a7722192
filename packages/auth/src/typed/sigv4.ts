import type { ReadyProvider } from '../auth-provider.ts'
import type { CreateOptions } from '../registry.ts'
import { openTyped, type SecretText, type TypedOptions } from './open-typed.ts'

/** Options that {@link sigv4} and {@link sigv4a} share. Without keys, the sources of the AWS SDKs are tried in order. */
export interface SignatureOptions extends TypedOptions {
  /** Signing name of the service: `glue`, `s3tables`, `execute-api`, `s3` … Default: `execute-api`. */
  readonly service?: string
  readonly accessKeyId?: string
  readonly secretAccessKey?: SecretText
  readonly sessionToken?: SecretText
  /** Name of a profile in the configuration files of the AWS command line. */
  readonly profile?: string
  /** ARN of the role to assume. */
  readonly roleArn?: string
  readonly roleSessionName?: string
  readonly roleExternalId?: string
  /** Path of the file with the token that is exchanged for the credentials of the role. */
  readonly webIdentityTokenFile?: string
  /** Whether the body is signed. Default: as the service requires. */
  readonly payload?: 'signed' | 'unsigned'
}

/** Options of {@link sigv4}. */
export interface SigV4Options extends SignatureOptions {
  /** The region to sign for. Default: the region of the environment or the profile. */
  readonly region?: string
}

/** Options of {@link sigv4a}. */
export interface SigV4aOptions extends SignatureOptions {
  /** The regions that may verify the signature, separated by commas. Default: `*`, all regions. */
  readonly regionSet?: string
}

/**
 * Opens a provider that signs requests with AWS Signature Version 4.
 *
 * @throws {AuthError} with the property to change
 *
 * @example
 * ```ts
 * const auth = await sigv4({ service: 'glue', region: 'eu-central-1', accessKeyId: 'AKID', secretAccessKey: 'secret' })
 * console.log((await createFetch(auth)(url)).status)
 * ```
 */
export async function sigv4(options: SigV4Options, create: CreateOptions = {}): Promise<ReadyProvider> {
  return await openTyped('sigv4', { ...options }, create)
}

/**
 * Opens a provider that signs requests with AWS Signature Version 4A, for several regions at once. It needs Node, Bun or
 * Deno.
 *
 * @throws {AuthError} with the property to change
 *
 * @example
 * ```ts
 * const auth = await sigv4a({ service: 's3', regionSet: 'us-east-1,eu-*', accessKeyId: 'AKID', secretAccessKey: 'secret' })
 * console.log((await createFetch(auth)(url)).status)
 * ```
 */
export async function sigv4a(options: SigV4aOptions, create: CreateOptions = {}): Promise<ReadyProvider> {
  return await openTyped('sigv4a', { ...options }, create)
}
