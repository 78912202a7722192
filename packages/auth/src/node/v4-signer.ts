import { presign, sha256Hex, SigningKeys, signRequest } from '@headgate/sigv4'
import type { Signer } from '../signing/signer.ts'

/** Signature Version 4 with Node's crypto. */
export function nodeSigner(): Signer {
  const keys = new SigningKeys({ max: 100 })
  return {
    sign: async (request, options) => signRequest(request, { ...options, keys }).headers,
    presign: async (request, options) => presign(request, { ...options, keys }),
    sha256Hex: async (bytes) => sha256Hex(bytes),
  }
}
