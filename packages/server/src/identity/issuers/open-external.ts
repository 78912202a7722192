import type { Sql } from '../../store/sql.ts'
import type { ExternalPrincipals, SecondLegs } from '../external.ts'
import { ClaimsRecord } from './claims-record.ts'
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
 * Creates the objects that accept tokens of the configured issuers. Returns null if no issuer is configured.
 *
 * @throws AuthError `configuration` when the settings of a second token exchange (`secondLeg`) contradict each other
 */
export function openExternal(options: {
  readonly sql: Sql
  readonly issuers: readonly Issuer[]
  readonly tokenEndpoint: string
  /** Receives the policy version after a change of groups. */
  readonly sawPolicy?: (version: number) => void
  /**
   * Returns an object that is replaced when principals may have changed. Cache entries with an earlier object are
   * invalid.
   */
  readonly mark: () => object
  /** Receives the error when claims could not be recorded. */
  readonly onRecordError?: (error: unknown) => void
  readonly now?: () => number
}): OpenedExternal | null {
  const { issuers, onRecordError = () => undefined, ...rest } = options
  if (issuers.length === 0) return null
  const byName = new Map(issuers.map((issuer) => [issuer.issuer, issuer]))
  const record = new ClaimsRecord(rest.sql, onRecordError, rest.now)
  const onAccepted = record.note.bind(record)
  const tokens = new IssuerTokens({ ...rest, issuers, onAccepted })
  return {
    tokens,
    secondLegs: new IssuerSecondLegs(tokens, { ...rest, issuers }),
    principals: new IssuerPrincipals({ ...rest, issuers: byName }),
  }
}
