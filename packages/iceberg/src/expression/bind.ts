import type { Json, JsonObject } from '@headgate/json'
import { decodeArray, decodeObject, decodeString, invalidField, isJsonObject, required } from '../fields.ts'
import { decodeTransform } from '../metadata/partition/transform.ts'
import { parsePrimitive, type Primitive } from '../metadata/schema/primitive.ts'
import { schemaIndex, type IndexedField } from '../metadata/schema/schema-index.ts'
import type { Schema } from '../metadata/schema/types.ts'
import type { BoundExpression, BoundTerm, Operator, Predicate } from './expression.ts'
import { decodeLiteral } from './literal.ts'
import { transformedType } from './transform.ts'
import { compareValues, type Value } from './value.ts'

/** Operator of the negated predicate, for each operator. */
const negations = {
  'is-null': 'not-null',
  'not-null': 'is-null',
  'is-nan': 'not-nan',
  'not-nan': 'is-nan',
  lt: 'gt-eq',
  'lt-eq': 'gt',
  gt: 'lt-eq',
  'gt-eq': 'lt',
  eq: 'not-eq',
  'not-eq': 'eq',
  'starts-with': 'not-starts-with',
  'not-starts-with': 'starts-with',
  in: 'not-in',
  'not-in': 'in',
} as const satisfies Readonly<Record<Operator, Operator>>

/** Operator of the equivalent predicate with exchanged operands: `5 < id` becomes `id > 5`. */
const exchanged: Partial<Readonly<Record<Operator, Operator>>> = {
  lt: 'gt',
  'lt-eq': 'gt-eq',
  gt: 'lt',
  'gt-eq': 'lt-eq',
  eq: 'eq',
  'not-eq': 'not-eq',
}

export interface BindOptions {
  /** Whether the filter must spell column names in the same case as the schema. */
  readonly caseSensitive: boolean
}

/**
 * Decodes a filter (Iceberg REST specification, `Predicate`), and resolves its columns in a schema. Accepts both
 * forms of operands: `term` and `value`, and `child`, `left` and `right`.
 *
 * @throws HeadgateError `bad-request` for a malformed filter, an unknown column, or a literal of another type
 * @example
 * ```ts
 * const fields = [{ id: 1, name: 'id', type: 'long', required: true }] as const
 * const schema = { type: 'struct', 'schema-id': 0, fields } as const
 * const filter = bindExpression(schema, { type: 'eq', term: 'id', value: 7 }, { caseSensitive: true })
 * encodeExpression(filter) // { type: 'eq', term: 'id', value: 7 }
 * ```
 */
export function bindExpression(schema: Schema, json: Json, options: BindOptions): BoundExpression {
  return new Binder(schema, options).bind(json, false)
}

class Binder {
  readonly #schema: Schema
  readonly #caseSensitive: boolean
  #lowerCase: ReadonlyMap<string, IndexedField> | null = null

  constructor(schema: Schema, { caseSensitive }: BindOptions) {
    this.#schema = schema
    this.#caseSensitive = caseSensitive
  }

  bind(json: Json, negated: boolean): BoundExpression {
    if (typeof json === 'boolean') return json !== negated
    const object = decodeObject(json)
    const type = required(object, 'type', decodeString)
    switch (type) {
      case 'true':
        return !negated
      case 'false':
        return negated
      case 'not':
        return this.bind(object['child'] ?? null, !negated)
      case 'and':
      case 'or': {
        const left = this.bind(object['left'] ?? null, negated)
        const right = this.bind(object['right'] ?? null, negated)
        return (type === 'and') !== negated ? conjunction(left, right) : disjunction(left, right)
      }
      default:
        if (!Object.hasOwn(negations, type))
          throw invalidField(`unknown expression ${JSON.stringify(type).slice(0, 60)}`)
        return this.#predicate(type as Operator, object, negated)
    }
  }

  #predicate(operator: Operator, object: JsonObject, negated: boolean): Predicate {
    const used = negated ? negations[operator] : operator
    const json = { ...object, type: used }
    switch (operator) {
      case 'is-null':
      case 'not-null':
      case 'is-nan':
      case 'not-nan':
        return {
          kind: 'predicate',
          operator: used,
          term: this.#term(object['child'] ?? object['term'] ?? null),
          literals: [],
          json,
        }
      case 'in':
      case 'not-in': {
        const term = this.#term(object['child'] ?? object['term'] ?? null)
        const literals = term === null ? [] : literalsOf(typeOf(term), object['values'] ?? null)
        return { kind: 'predicate', operator: used, term, literals, json }
      }
      default:
        return this.#comparison(used, object, json)
    }
  }

  #comparison(operator: Operator, object: JsonObject, json: JsonObject): Predicate {
    const left = object['left'] ?? object['term'] ?? null
    const right = object['right'] ?? object['value'] ?? null
    const unknown: Predicate = { kind: 'predicate', operator, term: null, literals: [], json }
    if (object['left'] === undefined) {
      const term = this.#term(left)
      return term === null ? unknown : { ...unknown, term, literals: [decodeLiteral(typeOf(term), right)] }
    }
    const leftTerm = isOperand(left) ? this.#term(left) : null
    const rightTerm = isOperand(right) ? this.#term(right) : null
    if (isOperand(left) === isOperand(right)) return unknown
    const term = leftTerm ?? rightTerm
    const actual = leftTerm === null ? exchanged[operator] : operator
    if (term === null || actual === undefined) return unknown
    const literal = leftTerm === null ? left : right
    return { ...unknown, operator: actual, term, literals: [decodeLiteral(typeOf(term), literal)] }
  }

  /**
   * Resolves the operand of a predicate to a column or a transform of a column. Returns null for a function that is
   * not a transform.
   */
  #term(json: Json): BoundTerm | null {
    if (typeof json === 'string') return this.#column(json)
    const object = decodeObject(json)
    switch (object['type']) {
      case 'reference':
        return object['id'] === undefined
          ? this.#column(required(object, 'name', decodeString))
          : this.#columnById(object['id'])
      case 'transform': {
        const transform = required(object, 'transform', decodeTransform)
        const source = object['term'] ?? null
        const column = this.#term(source)
        return column === null || column.transform !== null ? null : transformed(column, transform)
      }
      case 'apply':
        return null
      default:
        throw invalidField('an operand of the filter must be a column, a transform or a function')
    }
  }

  #column(name: string): BoundTerm {
    const field = this.#caseSensitive
      ? schemaIndex(this.#schema).byName.get(name)
      : this.#byLowerCase().get(name.toLowerCase())
    if (field === undefined)
      throw invalidField(`cannot find column ${JSON.stringify(name).slice(0, 200)} in the schema of the scan`)
    return toTerm(field)
  }

  #columnById(id: Json): BoundTerm {
    const field = typeof id === 'number' ? schemaIndex(this.#schema).byId.get(id) : undefined
    if (field === undefined) throw invalidField('cannot find a column by its id in the schema of the scan')
    return toTerm(field)
  }

  #byLowerCase(): ReadonlyMap<string, IndexedField> {
    this.#lowerCase ??= new Map(
      [...schemaIndex(this.#schema).byName].toReversed().map(([name, field]) => [name.toLowerCase(), field]),
    )
    return this.#lowerCase
  }
}

/** Returns whether a JSON value is an operand of a predicate, and not a literal. */
function isOperand(json: Json): boolean {
  return isJsonObject(json) && json['type'] !== 'literal'
}

function toTerm(field: IndexedField): BoundTerm {
  let isRequired = field.required
  for (let parent = field.parent; parent !== undefined; parent = parent.parent) {
    if (typeof parent.type !== 'string' && parent.type.type !== 'struct')
      throw invalidField(
        `a filter cannot use ${field.fullName.slice(0, 200)}, which is inside of a list or map`,
      )
    isRequired &&= parent.required
  }
  const type = typeof field.type === 'string' ? parsePrimitive(field.type) : null
  return { columnId: field.id, type, isRequired, transform: null }
}

function transformed(column: BoundTerm, transform: string): BoundTerm | null {
  if (column.type === null) return null
  const type = transformedType(transform, column.type)
  return type === null ? null : { ...column, type, transform: transform === 'identity' ? null : transform }
}

function typeOf({ type }: BoundTerm): Primitive {
  if (type === null) throw invalidField('a struct, list or map cannot be compared with a literal')
  return type
}

function literalsOf(type: Primitive, json: Json): readonly Value[] {
  const values = isJsonObject(json) ? (json['values'] ?? null) : json
  return decodeArray(values, (value) => decodeLiteral(type, value)).toSorted(compareValues)
}

export function conjunction(left: BoundExpression, right: BoundExpression): BoundExpression {
  if (left === false || right === false) return false
  if (left === true) return right
  return right === true ? left : { kind: 'and', left, right }
}

export function disjunction(left: BoundExpression, right: BoundExpression): BoundExpression {
  if (left === true || right === true) return true
  if (left === false) return right
  return right === false ? left : { kind: 'or', left, right }
}

/**
 * Returns the JSON form of a bound expression.
 *
 * @example
 * ```ts
 * encodeExpression(true) // true
 * ```
 */
export function encodeExpression(expression: BoundExpression): Json {
  if (typeof expression === 'boolean') return expression
  if (expression.kind === 'predicate') return expression.json
  const { kind, left, right } = expression
  return { type: kind, left: encodeExpression(left), right: encodeExpression(right) }
}
