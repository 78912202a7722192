// Generated from spec/lance/spec.yaml by `npm run lance:model`. Do not edit.

import type { Int64 } from '@headgate/json'
import { float, int32, int64, lazy, list, text, texts, type Decoder, type OpenEnum } from '../decode.ts'
import { optional, record, required } from '../record.ts'

export interface StringFtsQuery {
  /**
   * Lance field paths to search. Nested fields use dot-separated segments; use backtick-quoted segments for
   * literal dots and double backticks inside quoted segments. Omit to search all indexed FTS fields.
   */
  readonly columns?: readonly string[] | undefined
  readonly query: string
}

export const decodeStringFtsQuery: Decoder<StringFtsQuery> = record({
  columns: optional(texts),
  query: required(text),
})

export interface StructuredFtsQuery {
  readonly query: FtsQuery
}

export const decodeStructuredFtsQuery: Decoder<StructuredFtsQuery> = record({
  query: required(lazy(() => decodeFtsQuery)),
})

/**
 * The operator to use for combining terms.
 * Case insensitive, supports both PascalCase and snake_case. Valid values are:
 * - And: All terms must match.
 * - Or: At least one term must match.
 */
export type Operator = OpenEnum<'And' | 'Or'>

export const decodeOperator: Decoder<Operator> = text

export interface MatchQuery {
  readonly boost?: number | undefined
  /**
   * Lance field path to match. Nested fields use dot-separated segments; use backtick-quoted segments for
   * literal dots and double backticks inside quoted segments. Omit to use the query default fields.
   */
  readonly column?: string | undefined
  readonly fuzziness?: number | undefined
  /**
   * The maximum number of terms to expand for fuzzy matching.
   * Default to 50.
   */
  readonly max_expansions?: Int64 | undefined
  /**
   * The operator to use for combining terms.
   * This can be either `And` or `Or`, it's 'Or' by default.
   * - `And`: All terms must match.
   * - `Or`: At least one term must match.
   */
  readonly operator?: Operator | undefined
  /**
   * The number of beginning characters being unchanged for fuzzy matching.
   * Default to 0.
   */
  readonly prefix_length?: number | undefined
  readonly terms: string
}

export const decodeMatchQuery: Decoder<MatchQuery> = record({
  boost: optional(float),
  column: optional(text),
  fuzziness: optional(int32),
  max_expansions: optional(int64),
  operator: optional(decodeOperator),
  prefix_length: optional(int32),
  terms: required(text),
})

export interface PhraseQuery {
  /**
   * Lance field path to match. Nested fields use dot-separated segments; use backtick-quoted segments for
   * literal dots and double backticks inside quoted segments. Omit to use the query default fields.
   */
  readonly column?: string | undefined
  readonly slop?: number | undefined
  readonly terms: string
}

export const decodePhraseQuery: Decoder<PhraseQuery> = record({
  column: optional(text),
  slop: optional(int32),
  terms: required(text),
})

export interface MultiMatchQuery {
  readonly match_queries: readonly MatchQuery[]
}

export const decodeMultiMatchQuery: Decoder<MultiMatchQuery> = record({
  match_queries: required(list(decodeMatchQuery)),
})

/**
 * Full-text search query. Exactly one query type field must be provided.
 * This structure follows the same pattern as AlterTransactionAction to minimize
 * differences and compatibility issues across codegen in different languages.
 */
export interface FtsQuery {
  readonly match?: MatchQuery | undefined
  readonly phrase?: PhraseQuery | undefined
  readonly boost?: BoostQuery | undefined
  readonly multi_match?: MultiMatchQuery | undefined
  readonly boolean?: BooleanQuery | undefined
}

export const decodeFtsQuery: Decoder<FtsQuery> = record({
  match: optional(decodeMatchQuery),
  phrase: optional(decodePhraseQuery),
  boost: optional(lazy(() => decodeBoostQuery)),
  multi_match: optional(decodeMultiMatchQuery),
  boolean: optional(lazy(() => decodeBooleanQuery)),
})

/** Boost query that scores documents matching positive query higher and negative query lower */
export interface BoostQuery {
  readonly positive: FtsQuery
  readonly negative: FtsQuery
  /** Boost factor for negative query (default: 0.5) */
  readonly negative_boost?: number | undefined
}

export const decodeBoostQuery: Decoder<BoostQuery> = record({
  positive: required(lazy(() => decodeFtsQuery)),
  negative: required(lazy(() => decodeFtsQuery)),
  negative_boost: optional(float),
})

/** Boolean query with must, should, and must_not clauses */
export interface BooleanQuery {
  /** Queries that must match (AND) */
  readonly must: readonly FtsQuery[]
  /** Queries that must not match (NOT) */
  readonly must_not: readonly FtsQuery[]
  /** Queries that should match (OR) */
  readonly should: readonly FtsQuery[]
}

export const decodeBooleanQuery: Decoder<BooleanQuery> = record({
  must: required(list(lazy(() => decodeFtsQuery))),
  must_not: required(list(lazy(() => decodeFtsQuery))),
  should: required(list(lazy(() => decodeFtsQuery))),
})
