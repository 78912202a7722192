/** A request as it goes over the wire. Nothing is added to it that a signature would have to cover. */
export interface WireRequest {
  readonly method: string
  /** Absolute, escaped as it is sent: what a signature must be made of. */
  readonly url: string
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** null: there is none. */
  readonly body: Uint8Array<ArrayBuffer> | null
}

/** What a provider sees of an answer. */
export interface WireResponse {
  readonly status: number
  readonly headers: Headers
}

export interface AuthOptions {
  readonly signal?: AbortSignal
}

/**
 * Authenticates requests. It is asked last, for each attempt anew, and gets the whole request, so that it can sign it.
 *
 * @example
 * ```ts
 * const apiKey: AuthProvider = {
 *   authenticate: async (request) => ({ ...request, headers: { ...request.headers, 'x-api-key': key } }),
 * }
 * ```
 */
export interface AuthProvider {
  /** The request to send in place of this one. */
  authenticate(request: WireRequest, options?: AuthOptions): Promise<WireRequest>
  /**
   * Sees every answer, with the request as it was sent. Where it is a refusal (400 to 499) that a newly authenticated
   * request may not get, `retry` sends the request once more; no request is sent a third time for this.
   */
  onResponse?(
    response: WireResponse,
    request: WireRequest,
    options?: AuthOptions,
  ): Promise<'retry' | 'done'> | 'retry' | 'done'
  /** Ends what the provider holds; called when its catalog is disposed of. */
  [Symbol.asyncDispose]?(): PromiseLike<void>
}

/** For servers that ask nobody who they are. */
export const noAuth: AuthProvider = { authenticate: (request) => Promise.resolve(request) }
