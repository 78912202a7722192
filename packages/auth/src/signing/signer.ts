import type { Header, SigningRules, WireRequest } from '@headgate/sigv4/web'

/** Values that a signature depends on, in addition to the request. */
export interface SignatureOptions {
  readonly credentials: {
    readonly accessKeyId: string
    readonly secretAccessKey: string
    readonly sessionToken?: string
  }
  /** Region to sign for. For Version 4A, a set of regions, such as `us-east-1,eu-*`. */
  readonly region: string
  readonly service: string
  readonly date: Date
  readonly rules: SigningRules
  readonly payloadHash: string
  readonly unsignedHeaders: readonly string[]
}

/** Signs requests with Signature Version 4 or 4A. */
export interface Signer {
  /** Returns the headers that the signature adds to the request. */
  sign(
    request: WireRequest,
    options: SignatureOptions & { payloadHeader: boolean },
  ): Promise<readonly Header[]>
  /** Presigns a request: returns the request target with the signature in its query. */
  presign(request: WireRequest, options: SignatureOptions & { expiresSeconds: number }): Promise<string>
  /** Computes a SHA-256 hash in lower-case hexadecimal digits. */
  sha256Hex(bytes: Uint8Array): Promise<string>
}

/**
 * Creates the signer of Signature Version 4 for this runtime: with Node's crypto where it exists, because Web Crypto
 * is slower.
 */
export async function v4Signer(): Promise<Signer> {
  return (await import('#signers')).createV4Signer()
}

/**
 * Creates the signer of Signature Version 4A for this runtime.
 *
 * @throws AuthError `configuration` in browsers: Web Crypto cannot derive the key pair
 */
export async function v4aSigner(): Promise<Signer> {
  return (await import('#signers')).createV4aSigner()
}
