import type { Sql } from '../../store/sql.ts'
import type { ExternalPrincipals, SecondLegs } from '../external.ts'
import { IssuerPrincipals } from './external-principals.ts'
import { IssuerTokens } from './external-tokens.ts'
import type { Issuer } from './issuer.ts'
import { IssuerSecondLegs } from './second-legs.ts'

export interface OpenedExternal {
  readonly tokens: IssuerTokens
  readonly principals: ExternalPrincipals
  readonly secondLegs: SecondLegs
}

/**
 * Opens everything that accepts tokens of the configured issuers. Null: none are configured.
 *
 * @throws AuthError `configuration` for a second leg that contradicts itself
 */
export function openExternal(options: {
  readonly sql: Sql
  readonly issuers: readonly Issuer[]
  readonly tokenEndpoint: string
  /** Receives policy versions of changes of groups. */
  readonly sawPolicy?: (version: number) => void
  /** Another object whenever principals may be others than before. */
  readonly mark: () => object
  readonly now?: () => number
}): OpenedExternal | null {
  const { issuers, ...rest } = options
  if (issuers.length === 0) return null
  const byName = new Map(issuers.map((issuer) => [issuer.issuer, issuer]))
  const tokens = new IssuerTokens({ ...rest, issuers })
  return {
    tokens,
    secondLegs: new IssuerSecondLegs(tokens, { ...rest, issuers }),
    principals: new IssuerPrincipals({ ...rest, issuers: byName }),
  }
}
