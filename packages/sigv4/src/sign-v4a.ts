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
  /** {@link deriveAsymmetricKey} of the access key: deriving takes longer than signing, keep it. */
  readonly key: AsymmetricKey
  /** Regions that may verify it: `us-east-1`, `us-east-1,eu-*`, `*`. */
  readonly regionSet: string
}

export type V4aHeaderOptions = HeaderDraftOptions & V4aOptions
export type V4aQueryOptions = QueryDraftOptions & V4aOptions

/**
 * Signs a request in its headers with Signature Version 4A: by a key pair, for a set of regions.
 *
 * @returns The headers to add, `authorization` last.
 * @throws SigV4Error for a request that no verifier would take.
 */
export function signRequestV4a(request: WireRequest, options: V4aHeaderOptions): readonly Header[] {
  return sealed(draftHeaders(request, schemeOf(options), options), options)
}

/** As {@link signRequestV4a}, in the query. @returns The new request target. */
export function presignV4a(request: WireRequest, options: V4aQueryOptions): string {
  return sealed(draftQuery(request, schemeOf(options), options), options)
}

function schemeOf({ regionSet }: V4aOptions): { algorithm: 'AWS4-ECDSA-P256-SHA256'; regionSet: string } {
  return { algorithm: 'AWS4-ECDSA-P256-SHA256', regionSet }
}

function sealed<T>(draft: Draft<T>, { key }: V4aOptions): T {
  return draft.finish(key.sign(draft.stringToSign(sha256Hex(draft.canonicalRequest))))
}
