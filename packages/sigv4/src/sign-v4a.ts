import type { AsymmetricKey } from './asymmetric-key.ts'
import {
  draftHeaders,
  draftQuery,
  type Draft,
  type HeaderDraftOptions,
  type QueryDraftOptions,
} from './draft.ts'
import { sha256Hex } from './sha256-hex.ts'
import type { Header, WireRequest } from './wire-request.ts'

interface V4aOptions {
  /** Key from {@link deriveAsymmetricKey}. Deriving takes longer than signing, so derive it once. */
  readonly key: AsymmetricKey
  /** Regions in which the signature is valid: `us-east-1`, `us-east-1,eu-*`, `*`. */
  readonly regionSet: string
}

export type V4aHeaderOptions = HeaderDraftOptions & V4aOptions
export type V4aQueryOptions = QueryDraftOptions & V4aOptions

/**
 * Signs a request in its headers with Signature Version 4A, which uses a key pair and is valid in a set of regions.
 *
 * @returns The headers to add, `authorization` last.
 * @throws SigV4Error for a request that no verifier would accept.
 */
export function signRequestV4a(request: WireRequest, options: V4aHeaderOptions): readonly Header[] {
  return computeSignature(draftHeaders(request, toScheme(options), options), options)
}

/** Signs a request in its query with Signature Version 4A, like {@link signRequestV4a}. @returns The new target. */
export function presignV4a(request: WireRequest, options: V4aQueryOptions): string {
  return computeSignature(draftQuery(request, toScheme(options), options), options)
}

function toScheme({ regionSet }: V4aOptions): { algorithm: 'AWS4-ECDSA-P256-SHA256'; regionSet: string } {
  return { algorithm: 'AWS4-ECDSA-P256-SHA256', regionSet }
}

function computeSignature<T>(draft: Draft<T>, { key }: V4aOptions): T {
  return draft.finish(key.sign(draft.stringToSign(sha256Hex(draft.canonicalRequest))))
}
