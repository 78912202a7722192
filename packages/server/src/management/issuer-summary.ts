/** Settings of a configured issuer that administrators see. They contain no secret. */
export interface IssuerSummary {
  readonly issuer: string
  readonly audiences: readonly string[]
  readonly algorithms: readonly string[]
  readonly actors: readonly string[] | null
  readonly clients: readonly string[] | null
  readonly makesPrincipals: boolean
  readonly introspection: 'opaque' | 'all' | null
  readonly secondLeg: string | null
  readonly signsInToConsole: boolean
  readonly acceptsLogoutTokens: boolean
}
