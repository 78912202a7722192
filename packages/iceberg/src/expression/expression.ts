import type { JsonObject } from '@headgate/json'
import type { Primitive } from '../metadata/schema/primitive.ts'
import type { Value } from './value.ts'

export type UnaryOperator = 'is-null' | 'not-null' | 'is-nan' | 'not-nan'
export type ComparisonOperator =
  'lt' | 'lt-eq' | 'gt' | 'gt-eq' | 'eq' | 'not-eq' | 'starts-with' | 'not-starts-with'
export type SetOperator = 'in' | 'not-in'
export type Operator = UnaryOperator | ComparisonOperator | SetOperator

/**
 * Filter of a scan whose columns are resolved in one schema. Contains no `not`, because each negation is applied to
 * the operator of its predicate.
 */
export type BoundExpression =
  | boolean
  | { readonly kind: 'and' | 'or'; readonly left: BoundExpression; readonly right: BoundExpression }
  | Predicate

/** Condition on one column of a row, such as `id < 5`. */
export interface Predicate {
  readonly kind: 'predicate'
  readonly operator: Operator
  /** Column or transform to compare. Null if files contain no statistics for the operand, for example a function. */
  readonly term: BoundTerm | null
  /** Literals to compare with: one for a comparison, and any number in ascending order for `in` and `not-in`. */
  readonly literals: readonly Value[]
  /** The predicate as JSON, in the form of the request. The residual filters of scan tasks contain it. */
  readonly json: JsonObject
}

/** Column of a schema, or a transform of a column. */
export interface BoundTerm {
  readonly columnId: number
  /** Type of the column or of the transform's result. Null: a struct, list or map. */
  readonly type: Primitive | null
  /** Whether no row contains null in this column. */
  readonly isRequired: boolean
  /** Transform in the canonical form of the specification, such as `day`. Null: the column itself. */
  readonly transform: string | null
}
