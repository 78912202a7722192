import { decodeObject, decodeString, required } from '../fields.ts'
import type { TableIdentifier } from '../rest/identifier.ts'
import { call, decodeResponse } from './call.ts'
import type { LoadedTable } from './loaded-table.ts'
import { decodeMultiMap, type MultiMap } from './multi-map.ts'
import { toIdentifier, toTableParams } from './identifiers.ts'
import type { CallOptions, Session } from './session.ts'

/** Storage request for the server to sign. */
export interface RequestToSign {
  readonly region: string
  /** Complete URL of the storage request. */
  readonly uri: string
  readonly method: 'PUT' | 'GET' | 'HEAD' | 'POST' | 'DELETE' | 'PATCH' | 'OPTIONS'
  readonly headers: MultiMap
  /**
   * Body of the storage request. Required only if the body names the objects that the request changes, as in a bulk
   * delete.
   */
  readonly body?: string | undefined
  /** Kind of the object store. Default: `s3`. */
  readonly provider?: string | undefined
}

/** Signed storage request, ready to send. */
export interface SignedRequest {
  readonly uri: string
  readonly headers: MultiMap
  /** Whether the signature may be used for further requests of the same method, URL and headers. */
  readonly reusable: boolean
}

export interface SigningOperations {
  /**
   * Requests a signature of the server for a storage request. The caller then sends the storage request itself.
   *
   * @param table a loaded table, whose values for signing are sent with the request (`remoteSigning`), or only its name
   * @example
   * ```ts
   * const { uri, headers } = await catalog.signRequest(table, { region, uri: url, method: 'GET', headers: {} })
   * ```
   */
  signRequest(
    table: LoadedTable | TableIdentifier,
    request: RequestToSign,
    options?: CallOptions,
  ): Promise<SignedRequest>
}

export const signingOperations = (session: Session): SigningOperations => ({
  async signRequest(table, { region, uri, method, headers, body, provider }, options = {}) {
    const { identifier, remoteSigning } =
      'identifier' in table ? table : { identifier: toIdentifier(table), remoteSigning: {} }
    const signingHeaders = Object.entries(remoteSigning.headers ?? {})
    const response = await call(session, 'signRequest', {
      ...options,
      ...toTableParams(identifier),
      headers: signingHeaders.flatMap(([name, values]) => values.map((value) => [name, value] as const)),
      body: { region, uri, method, headers, properties: remoteSigning.properties, body, provider },
    })
    return decodeResponse('signRequest', response.json, (value) => {
      const signed = decodeObject(value)
      return {
        uri: required(signed, 'uri', decodeString),
        headers: required(signed, 'headers', decodeMultiMap),
        reusable: /(?:^|[\s,])private(?:$|[\s,;])/i.test(response.headers.get('cache-control') ?? ''),
      }
    })
  },
})
