import { decodeObject, decodeString, required } from '../fields.ts'
import type { TableIdentifier } from '../rest/identifier.ts'
import { call, readAs } from './call.ts'
import type { LoadedTable } from './loaded-table.ts'
import { decodeMultiMap, type MultiMap } from './multi-map.ts'
import { bare, placeOf } from './place.ts'
import type { CallOptions, Session } from './session.ts'

/** A request to storage, as the server is asked to sign it. */
export interface RequestToSign {
  readonly region: string
  /** The whole URL. */
  readonly uri: string
  readonly method: 'PUT' | 'GET' | 'HEAD' | 'POST' | 'DELETE' | 'PATCH' | 'OPTIONS'
  readonly headers: MultiMap
  /** Only of requests that say in their body what they are about, as a bulk delete does. */
  readonly body?: string | undefined
  /** The kind of storage. Default: `s3`. */
  readonly provider?: string | undefined
}

/** A request to storage, as it is to be sent. */
export interface SignedRequest {
  readonly uri: string
  readonly headers: MultiMap
  /** Whether the signature may be used for further requests of the same method, URL and headers. */
  readonly reusable: boolean
}

export interface SigningOperations {
  /**
   * Lets the server sign a request to the storage of a table, which then goes directly there.
   *
   * @param table a loaded table, so that what it says of signing goes along (`remoteSigning`), or only its name
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
      'identifier' in table ? table : { identifier: bare(table), remoteSigning: {} }
    const own = Object.entries(remoteSigning.headers ?? {})
    const answer = await call(session, 'signRequest', {
      ...options,
      ...placeOf(identifier),
      headers: own.flatMap(([name, values]) => values.map((value) => [name, value] as const)),
      body: { region, uri, method, headers, properties: remoteSigning.properties, body, provider },
    })
    return readAs('signRequest', answer.json, (value) => {
      const signed = decodeObject(value)
      return {
        uri: required(signed, 'uri', decodeString),
        headers: required(signed, 'headers', decodeMultiMap),
        reusable: /(?:^|[\s,])private(?:$|[\s,;])/i.test(answer.headers.get('cache-control') ?? ''),
      }
    })
  },
})
