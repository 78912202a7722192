import { presign, sha256Hex, signRequest, WebSigningKeys } from '@headgate/sigv4/web'
import type { Signer } from './signer.ts'

/** Signature Version 4 with Web Crypto. */
export function webSigner(): Signer {
  const keys = new WebSigningKeys()
  return {
    sign: async (request, options) => (await signRequest(request, { ...options, keys })).headers,
    presign: async (request, options) => await presign(request, { ...options, keys }),
    // Web Crypto takes no bytes that other threads may change.
    sha256Hex: async (bytes) => await sha256Hex(new Uint8Array(bytes)),
  }
}
