/** Token that the simulated token endpoints return. It is as long as a real token with group claims. */
const token = `eyJ.${'a'.repeat(900)}.sig`

export interface TokenEndpoints {
  /**
   * Function in place of `fetch` that returns the responses of the simulated token endpoints without a
   * network.
   */
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>
  /** Returns the number of token requests that the simulated token endpoints have received. */
  readonly asked: () => number
}

/**
 * Creates simulated token endpoints of OAuth, Google and Entra in this process. Real endpoints are not necessary,
 * because the benchmark measures how clients use tokens and not how servers issue them.
 *
 * @param seconds lifetime of tokens
 */
export function tokenEndpoints(seconds = 3600): TokenEndpoints {
  let asked = 0
  return {
    asked: () => asked,
    fetch: async (_, init) => {
      asked += 1
      const bound = new Headers(init.headers).has('dpop')
      return Response.json({
        access_token: token,
        token_type: bound ? 'DPoP' : 'Bearer',
        expires_in: seconds,
      })
    },
  }
}
