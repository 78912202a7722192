import { presign, sha256Hex, signRequest, WebSigningKeys } from '@headgate/sigv4/web'
import { missingInBrowsers } from '../needs-node.ts'
import type { Signer } from './signer.ts'

/** Creates a signer of Signature Version 4 that uses Web Crypto. */
export function createV4Signer(): Signer {
  const keys = new WebSigningKeys()
  return {
    sign: async (request, options) => (await signRequest(request, { ...options, keys })).headers,
    presign: async (request, options) => await presign(request, { ...options, keys }),
    // The bytes are copied, because Web Crypto refuses views of shared memory.
    sha256Hex: async (bytes) => await sha256Hex(new Uint8Array(bytes)),
  }
}

/**
 * Refuses Signature Version 4A, because Web Crypto cannot derive its key pair.
 *
 * @throws AuthError `configuration`, always
 */
export function createV4aSigner(): Signer {
  throw missingInBrowsers('rest.auth.type', 'key pairs for sigv4a')
}
