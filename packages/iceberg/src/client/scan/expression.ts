import type { Int64 } from '@headgate/json'

/** Value of a primitive type in JSON form. Dates, times, decimals and binary values are strings. */
export type Literal =
  | boolean
  | Int64
  | string
  | { readonly type: 'literal'; readonly value: boolean | Int64 | string; readonly 'data-type'?: string }

export type Literals =
  | readonly Literal[]
  | {
      readonly type: 'literals'
      readonly values: readonly (boolean | Int64 | string)[]
      readonly 'data-type': string
    }

/** Left operand of a predicate: the name of a column, or a transform of a column. All servers support this form. */
export type Term = string | { readonly type: 'transform'; readonly transform: string; readonly term: string }

/** Right or left operand that is a column, identified by its name or its field id. */
export type Reference =
  { readonly type: 'reference'; readonly name: string } | { readonly type: 'reference'; readonly id: number }

/** Operand of a predicate: a literal, a column, or a function of operands. */
export type ValueExpression =
  | Literal
  | Reference
  | {
      readonly type: 'apply'
      readonly function: string | readonly string[]
      readonly arguments: readonly ValueExpression[]
    }

type UnaryOperator = 'is-null' | 'not-null' | 'is-nan' | 'not-nan'
type ComparisonOperator =
  'lt' | 'lt-eq' | 'gt' | 'gt-eq' | 'eq' | 'not-eq' | 'starts-with' | 'not-starts-with'

/**
 * Condition for rows (Iceberg REST specification, `Predicate`). Operands have two forms: `term` and `value`, which all
 * servers support, and `child`, `left` and `right`, which the specification added in 2026.
 *
 * @example
 * ```ts
 * const recent: Expression = { type: 'gt', term: 'id', value: 9_007_199_254_740_993n }
 * ```
 */
export type Expression =
  | boolean
  | { readonly type: 'true' | 'false' }
  | { readonly type: 'and' | 'or'; readonly left: Expression; readonly right: Expression }
  | { readonly type: 'not'; readonly child: Expression }
  | { readonly type: UnaryOperator; readonly term: Term }
  | { readonly type: UnaryOperator; readonly child: ValueExpression }
  | { readonly type: ComparisonOperator; readonly term: Term; readonly value: Literal }
  | { readonly type: ComparisonOperator; readonly left: ValueExpression; readonly right: ValueExpression }
  | { readonly type: 'in' | 'not-in'; readonly term: Term; readonly values: Literals }
  | { readonly type: 'in' | 'not-in'; readonly child: ValueExpression; readonly values: Literals }
