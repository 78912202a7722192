import type { Sql } from '../../store/sql.ts'
import type { ExternalPrincipals } from '../external.ts'
import { IssuerPrincipals } from './external-principals.ts'
import { IssuerTokens } from './external-tokens.ts'
import type { Issuer } from './issuer.ts'

export interface OpenedExternal {
  readonly tokens: IssuerTokens
  readonly principals: ExternalPrincipals
}

/** Everything that takes tokens of the configured issuers; null: there are none. */
export function openExternal(options: {
  readonly sql: Sql
  readonly issuers: readonly Issuer[]
  readonly tokenEndpoint: string
  /** Hears of policy versions that changes of groups make. */
  readonly sawPolicy?: (version: number) => void
  readonly now?: () => number
}): OpenedExternal | null {
  const { issuers, ...rest } = options
  if (issuers.length === 0) return null
  const byName = new Map(issuers.map((issuer) => [issuer.issuer, issuer]))
  return {
    tokens: new IssuerTokens({ ...rest, issuers }),
    principals: new IssuerPrincipals({ ...rest, issuers: byName }),
  }
}
