import {
  deriveAsymmetricKey,
  presign,
  presignV4a,
  sha256Hex,
  SigningKeys,
  signRequest,
  signRequestV4a,
  type AsymmetricKey,
} from '@headgate/sigv4'
import type { SignatureOptions, Signer } from '../signing/signer.ts'

/** Creates a signer of Signature Version 4 that uses Node's crypto. */
export function createV4Signer(): Signer {
  const keys = new SigningKeys({ max: 100 })
  return {
    sign: async (request, options) => signRequest(request, { ...options, keys }).headers,
    presign: async (request, options) => presign(request, { ...options, keys }),
    sha256Hex: async (bytes) => sha256Hex(bytes),
  }
}

/**
 * Creates a signer of Signature Version 4A that uses Node's crypto. It caches one derived key, because a provider
 * uses one access key at a time.
 */
export function createV4aSigner(): Signer {
  let last: { readonly id: string; readonly key: AsymmetricKey } | undefined
  const deriveKey = ({ credentials: { accessKeyId, secretAccessKey } }: SignatureOptions): AsymmetricKey => {
    const id = `${accessKeyId}/${secretAccessKey}`
    if (last?.id !== id) last = { id, key: deriveAsymmetricKey(accessKeyId, secretAccessKey) }
    return last.key
  }
  return {
    sign: async (request, options) =>
      signRequestV4a(request, { ...options, key: deriveKey(options), regionSet: options.region }),
    presign: async (request, options) =>
      presignV4a(request, { ...options, key: deriveKey(options), regionSet: options.region }),
    sha256Hex: async (bytes) => sha256Hex(bytes),
  }
}
