import { HeadgateError } from '@headgate/errors'
import { parse as parseJson, type Json, type JsonObject } from '@headgate/json'

/** Maximum length of the text of a filter in characters, and maximum depth of its parentheses. */
const maxLength = 4_000
const maxDepth = 50

type Token = {
  readonly kind: 'word' | 'name' | 'literal' | 'sign' | 'end'
  readonly text: string
  readonly value?: Json
}

const pattern =
  /\s*(?:(?<sign><=|>=|<>|!=|[=<>(),])|(?<number>-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|"(?<double>(?:[^"]|"")*)"|'(?<single>(?:[^']|'')*)'|`(?<quoted>(?:[^`]|``)+)`|(?<word>[A-Za-z_][\w.]*))/y

const comparisons: Readonly<Record<string, string>> = {
  '=': 'eq',
  '!=': 'not-eq',
  '<>': 'not-eq',
  '<': 'lt',
  '<=': 'lt-eq',
  '>': 'gt',
  '>=': 'gt-eq',
}
const opposites: Readonly<Record<string, string>> = {
  eq: 'not-eq',
  'not-eq': 'eq',
  lt: 'gt-eq',
  'gt-eq': 'lt',
  gt: 'lt-eq',
  'lt-eq': 'gt',
  in: 'not-in',
  'not-in': 'in',
  'starts-with': 'not-starts-with',
  'not-starts-with': 'starts-with',
  'is-null': 'not-null',
  'not-null': 'is-null',
}
/** Operators that null matches in some evaluators of Iceberg, although it never matches in SQL. */
const matchedByNull = new Set(['not-eq', 'not-in', 'not-starts-with', 'lt', 'lt-eq'])
const reserved = new Set(['and', 'or', 'not', 'in', 'is', 'null', 'like', 'true', 'false'])

/**
 * Parses a filter in the syntax of SQL to an expression of the Iceberg REST specification: comparisons of a column with a
 * literal (`=`, `!=`, `<`, `<=`, `>`, `>=`), `IN (…)`, `LIKE 'prefix%'`, `IS NULL`, with `AND`, `OR`, `NOT` and
 * parentheses. Texts are in single or double quotes, and names with other characters in backquotes. As in SQL, null
 * matches no comparison: the expression contains `not-null` where an evaluator might treat null otherwise.
 *
 * @throws HeadgateError `bad-request` for a malformed filter
 * @example
 * ```ts
 * parseFilter(`region = 'eu'`) // { type: 'eq', term: 'region', value: 'eu' }
 * ```
 */
export function parseFilter(text: string): JsonObject {
  if (text.length > maxLength) throw malformed(text, `it is longer than ${maxLength} characters`)
  return new FilterParser(text).parse()
}

/** Parser by recursive descent. `isNegated` moves negations to the predicates. */
class FilterParser {
  readonly #text: string
  readonly #tokens: readonly Token[]
  #at = 0
  #depth = 0

  constructor(text: string) {
    this.#text = text
    this.#tokens = tokenize(text)
  }

  parse(): JsonObject {
    const expression = this.#or(false)
    if (this.#peek().kind !== 'end') throw this.#unexpected('"and" or "or"')
    return expression
  }

  #or(isNegated: boolean): JsonObject {
    let left = this.#and(isNegated)
    while (this.#takeWord('or')) left = { type: isNegated ? 'and' : 'or', left, right: this.#and(isNegated) }
    return left
  }

  #and(isNegated: boolean): JsonObject {
    let left = this.#unary(isNegated)
    while (this.#takeWord('and'))
      left = { type: isNegated ? 'or' : 'and', left, right: this.#unary(isNegated) }
    return left
  }

  #unary(isNegated: boolean): JsonObject {
    this.#depth += 1
    if (this.#depth > maxDepth) throw malformed(this.#text, `it is nested deeper than ${maxDepth} levels`)
    try {
      if (this.#takeWord('not')) return this.#unary(!isNegated)
      if (!this.#takeSign('(')) return this.#predicate(isNegated)
      const inner = this.#or(isNegated)
      if (!this.#takeSign(')')) throw this.#unexpected('")"')
      return inner
    } finally {
      this.#depth -= 1
    }
  }

  #predicate(isNegated: boolean): JsonObject {
    const token = this.#next()
    const isName = token.kind === 'name' || (token.kind === 'word' && !reserved.has(token.text.toLowerCase()))
    if (!isName) throw this.#unexpected('the name of a column', token)
    const term = token.text
    const negates = this.#takeWord('not') ? !isNegated : isNegated
    if (this.#takeWord('in')) return predicate('in', negates, { term, values: this.#list() })
    if (this.#takeWord('like')) return predicate('starts-with', negates, { term, value: this.#prefix() })
    if (negates !== isNegated) throw this.#unexpected('"in" or "like"')
    if (this.#takeWord('is')) {
      const isNot = this.#takeWord('not')
      if (!this.#takeWord('null')) throw this.#unexpected('"null"')
      return predicate(isNot ? 'not-null' : 'is-null', isNegated, { term })
    }
    const sign = this.#next()
    const operator = sign.kind === 'sign' ? comparisons[sign.text] : undefined
    if (operator === undefined) throw this.#unexpected('a comparison such as "="', sign)
    return predicate(operator, isNegated, { term, value: this.#literal() })
  }

  #list(): Json[] {
    if (!this.#takeSign('(')) throw this.#unexpected('"("')
    const values = [this.#literal()]
    while (this.#takeSign(',')) values.push(this.#literal())
    if (!this.#takeSign(')')) throw this.#unexpected('")"')
    return values
  }

  #prefix(): string {
    const value = this.#literal()
    const prefix = typeof value === 'string' && value.endsWith('%') ? value.slice(0, -1) : null
    if (prefix === null || /[%_]/.test(prefix))
      throw malformed(this.#text, 'a pattern of "like" must be a text with one % at its end')
    return prefix
  }

  #literal(): Json {
    const token = this.#next()
    if (token.kind === 'literal' && token.value !== undefined) return token.value
    const word = token.kind === 'word' ? token.text.toLowerCase() : ''
    if (word === 'true' || word === 'false') return word === 'true'
    throw this.#unexpected('a literal. Put texts in quotes', token)
  }

  #takeWord(word: string): boolean {
    const { kind, text } = this.#peek()
    const isFound = kind === 'word' && text.toLowerCase() === word
    if (isFound) this.#at += 1
    return isFound
  }

  #takeSign(sign: string): boolean {
    const { kind, text } = this.#peek()
    const isFound = kind === 'sign' && text === sign
    if (isFound) this.#at += 1
    return isFound
  }

  #next(): Token {
    const token = this.#peek()
    this.#at += 1
    return token
  }

  #peek(): Token {
    return this.#tokens[this.#at] ?? end
  }

  #unexpected(expected: string, { kind, text } = this.#peek()): HeadgateError {
    const found = kind === 'end' ? 'it ends' : `${JSON.stringify(text)} stands`
    return malformed(this.#text, `${found} where it needs ${expected}`)
  }
}

const end: Token = { kind: 'end', text: '' }

function tokenize(text: string): readonly Token[] {
  const tokens: Token[] = []
  const matcher = new RegExp(pattern)
  const length = text.trimEnd().length
  while (matcher.lastIndex < length) {
    const at = matcher.lastIndex
    const groups = matcher.exec(text)?.groups
    if (groups === undefined) throw malformed(text, `it has an unexpected character at position ${at + 1}`)
    tokens.push(toToken(groups))
  }
  return tokens
}

function toToken({ sign, number, double, single, quoted, word }: Record<string, string | undefined>): Token {
  if (sign !== undefined) return { kind: 'sign', text: sign }
  if (number !== undefined) return { kind: 'literal', text: number, value: parseJson(number) }
  if (quoted !== undefined) return { kind: 'name', text: quoted.replaceAll('``', '`') }
  if (word !== undefined) return { kind: 'word', text: word }
  const value = double?.replaceAll('""', '"') ?? (single ?? '').replaceAll("''", "'")
  return { kind: 'literal', text: value, value }
}

function predicate(
  operator: string,
  isNegated: boolean,
  operands: JsonObject & { readonly term: string },
): JsonObject {
  const type = isNegated ? (opposites[operator] ?? operator) : operator
  const found = { type, ...operands }
  if (!matchedByNull.has(type)) return found
  return { type: 'and', left: { type: 'not-null', term: operands.term }, right: found }
}

function malformed(text: string, reason: string): HeadgateError {
  const shown = text.length > 200 ? `${text.slice(0, 200)}…` : text
  return new HeadgateError(
    'bad-request',
    `The filter ${JSON.stringify(shown)} is malformed: ${reason}. A filter is, for example, region = 'eu' and amount >= 10.`,
  )
}
