import type { JsonObject } from '@headgate/json'
import type { Primitive } from '../metadata/schema/primitive.ts'
import type { Value } from './value.ts'

export type UnaryOperator = 'is-null' | 'not-null' | 'is-nan' | 'not-nan'
export type ComparisonOperator =
  'lt' | 'lt-eq' | 'gt' | 'gt-eq' | 'eq' | 'not-eq' | 'starts-with' | 'not-starts-with'
export type SetOperator = 'in' | 'not-in'
export type Operator = UnaryOperator | ComparisonOperator | SetOperator

/** Filter of a scan for one schema. Negations are applied to the predicates. */
export type BoundExpression =
  | boolean
  | { readonly kind: 'and' | 'or'; readonly left: BoundExpression; readonly right: BoundExpression }
  | Predicate

/** Condition on one column. */
export interface Predicate {
  readonly kind: 'predicate'
  readonly operator: Operator
  /** Operand, or null for operands of which files contain no statistics, such as functions. */
  readonly term: BoundTerm | null
  /** One literal for a comparison, and any number in ascending order for a set. */
  readonly literals: readonly Value[]
  /** The predicate in the form of the request, for residual filters. */
  readonly json: JsonObject
}

/** Column, or a transform of a column. */
export interface BoundTerm {
  readonly columnId: number
  /** Type of the column. Null: a struct, list or map. */
  readonly type: Primitive | null
  /** Whether every row has a value of the column. */
  readonly isRequired: boolean
  /** Transform in canonical text, such as `day`. Null: the column itself. */
  readonly transform: string | null
}
