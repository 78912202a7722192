import {
  deriveAsymmetricKey,
  presignV4a,
  sha256Hex,
  signRequestV4a,
  type AsymmetricKey,
} from '@headgate/sigv4'
import type { SignatureOptions, Signer } from '../signing/signer.ts'

/** Signature Version 4A with Node's crypto. Of keys the last is kept: a provider has one at a time. */
export function nodeV4aSigner(): Signer {
  let last: { readonly id: string; readonly key: AsymmetricKey } | undefined
  const keyOf = ({ credentials: { accessKeyId, secretAccessKey } }: SignatureOptions): AsymmetricKey => {
    const id = `${accessKeyId}/${secretAccessKey}`
    if (last?.id !== id) last = { id, key: deriveAsymmetricKey(accessKeyId, secretAccessKey) }
    return last.key
  }
  return {
    sign: async (request, options) =>
      signRequestV4a(request, { ...options, key: keyOf(options), regionSet: options.region }),
    presign: async (request, options) =>
      presignV4a(request, { ...options, key: keyOf(options), regionSet: options.region }),
    sha256Hex: async (bytes) => sha256Hex(bytes),
  }
}
