/** What a token endpoint gives: as long as tokens with groups in them are. */
const token = `eyJ.${'a'.repeat(900)}.sig`

export interface TokenEndpoints {
  /** A `fetch` that every request for a token goes to, whoever's endpoint it is meant for. */
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>
  /** How often a token was asked for. */
  readonly asked: () => number
}

/**
 * The token endpoints of OAuth, Google and Entra, in this process: what is measured are requests to catalogs, for which
 * tokens are there already.
 *
 * @param seconds How long tokens live.
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
