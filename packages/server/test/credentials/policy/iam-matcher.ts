/**
 * Evaluates IAM policies as the object stores document it. This code shares nothing with the code that writes
 * policies, because it tests that code.
 */
export interface IamCall {
  readonly action: string
  readonly resource: string
  /** Condition keys of the call, such as `s3:prefix`. */
  readonly context?: Readonly<Record<string, string>>
}

interface ReadStatement {
  readonly Effect: string
  readonly Action: string | readonly string[]
  readonly Resource: string | readonly string[]
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>
}

export type Reader = 'aws' | 'minio'

export function allows(policy: string, call: IamCall, reader: Reader): boolean {
  const { Statement } = JSON.parse(policy) as { readonly Statement: readonly ReadStatement[] }
  const said = (effect: 'Allow' | 'Deny'): boolean =>
    Statement.some((statement) => statement.Effect === effect && matchesStatement(statement, call, reader))
  return said('Allow') && !said('Deny')
}

function matchesStatement(statement: ReadStatement, call: IamCall, reader: Reader): boolean {
  return (
    toList(statement.Action).some((action) => action === call.action || action === 's3:*') &&
    toList(statement.Resource).some((pattern) => matches(pattern, call.resource, reader)) &&
    Object.entries(statement.Condition ?? {}).every(([operator, keys]) => {
      const all = operator === 'ForAllValues:StringLike'
      if (operator !== 'StringLike' && !all) throw new Error(`unknown operator ${operator}`)
      return Object.entries(keys).every(([key, patterns]) => {
        const value = call.context?.[key]
        if (value === undefined) return all
        return toList(patterns).some((pattern) => matches(pattern, value, reader))
      })
    })
  )
}

function toList(value: string | readonly string[]): readonly string[] {
  return typeof value === 'string' ? [value] : value
}

type Token =
  { readonly kind: 'any' } | { readonly kind: 'one' } | { readonly kind: 'text'; readonly text: string }

/**
 * Parses a pattern. On AWS, `${*}`, `${?}` and `${$}` stand for the characters `*`, `?` and `$`. Any other
 * variable matches nothing.
 */
function parsePattern(pattern: string, reader: Reader): Token[] {
  const tokens: Token[] = []
  let at = 0
  while (at < pattern.length) {
    const escape = reader === 'aws' ? /^\$\{([*?$])\}/.exec(pattern.slice(at)) : null
    if (escape?.[1] !== undefined) {
      tokens.push({ kind: 'text', text: escape[1] })
      at += escape[0].length
      continue
    }
    const text = pattern.charAt(at)
    if (text === '$' && pattern.charAt(at + 1) === '{') throw new Error(`a variable in a pattern: ${pattern}`)
    tokens.push(text === '*' ? { kind: 'any' } : text === '?' ? { kind: 'one' } : { kind: 'text', text })
    at += 1
  }
  return tokens
}

/** Returns whether a pattern matches a text. Tracks all text positions that the tokens so far can reach. */
function matches(pattern: string, text: string, reader: Reader): boolean {
  let reached = new Set([0])
  for (const token of parsePattern(pattern, reader)) {
    const next = new Set<number>()
    for (const at of reached) {
      if (token.kind === 'any') for (let end = at; end <= text.length; end += 1) next.add(end)
      else if (at < text.length && fits(token, text.charAt(at))) next.add(at + 1)
    }
    reached = next
  }
  return reached.has(text.length)
}

function fits(token: Exclude<Token, { kind: 'any' }>, character: string): boolean {
  return token.kind === 'one' || token.text === character
}
