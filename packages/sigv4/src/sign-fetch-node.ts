import { sha256Hex } from './sha256-hex.ts'
import { signWith, type FetchSigner, type SignFetchOptions } from './sign-fetch.ts'
import { signRequest } from './sign-request.ts'

const SIGNER: FetchSigner = {
  sign: async (request, options) => signRequest(request, options).headers,
  sha256Hex: async (data) => sha256Hex(data),
}

/**
 * Signs a request in its headers, for `fetch`. The arguments are those of `fetch`; host, date and the hash of the body are
 * derived. Signs a stream as `UNSIGNED-PAYLOAD`, because its hash is not known.
 *
 * @throws SigV4Error for a request that no verifier would accept.
 *
 * @example
 * ```ts
 * const response = await fetch(await signFetch(url, { method: 'PUT', body: 'hello' }, { credentials, region: 'eu-central-1', service: 's3' }))
 * console.log(response.status)
 * ```
 */
export async function signFetch(
  input: string | URL | Request,
  init: RequestInit | undefined,
  options: SignFetchOptions,
): Promise<Request> {
  return await signWith(SIGNER, input, init, options)
}
