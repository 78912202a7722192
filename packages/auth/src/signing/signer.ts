import type { Header, SigningRules, WireRequest } from '@headgate/sigv4/web'
import { refuseInBrowsers } from '../needs-node.ts'

export type { Header, SigningRules, WireRequest } from '@headgate/sigv4/web'

/** What a signature is made of, beside the request. */
export interface SignatureOptions {
  readonly credentials: {
    readonly accessKeyId: string
    readonly secretAccessKey: string
    readonly sessionToken?: string
  }
  /** One region; for Version 4A a set of them: `us-east-1,eu-*`. */
  readonly region: string
  readonly service: string
  readonly date: Date
  readonly rules: SigningRules
  readonly payloadHash: string
  readonly unsignedHeaders: readonly string[]
}

/** Signature Version 4 or 4A, wherever its crypto comes from. */
export interface Signer {
  /** The headers to add. */
  sign(
    request: WireRequest,
    options: SignatureOptions & { payloadHeader: boolean },
  ): Promise<readonly Header[]>
  /** The target to send instead. */
  presign(request: WireRequest, options: SignatureOptions & { expiresSeconds: number }): Promise<string>
  /** Lower-case hexadecimal digits. */
  sha256Hex(bytes: Uint8Array): Promise<string>
}

/** The signer of Version 4 for this runtime: Node's crypto, which is many times faster, or Web Crypto. */
export async function v4Signer(): Promise<Signer> {
  if (globalThis.process?.versions?.node === undefined) return (await import('./web-signer.ts')).webSigner()
  return (await import('../node/v4-signer.ts')).nodeSigner()
}

/** The signer of Version 4A. Browsers cannot make a key pair from a number, so it needs Node, Bun or Deno. */
export async function v4aSigner(): Promise<Signer> {
  refuseInBrowsers('rest.auth.type', 'key pairs for sigv4a')
  return (await import('../node/v4a-signer.ts')).nodeV4aSigner()
}
