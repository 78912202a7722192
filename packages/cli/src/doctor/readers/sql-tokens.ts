/** Token of an SQL text. For a string, `text` is its content without quotes. */
export interface SqlToken {
  readonly kind: 'word' | 'string' | 'number' | 'mark'
  readonly text: string
}

const pattern =
  /--[^\n]*|\/\*[^]*?\*\/|'((?:[^']|'')*)'|"((?:[^"]|"")*)"|`([^`]*)`|(-?\d+(?:\.\d+)?)|([A-Za-z_][\w$]*)|([^\s])/g

/** Splits an SQL text into tokens. Omits comments and white space. */
export function tokenizeSql(text: string): readonly SqlToken[] {
  return [...text.matchAll(pattern)].flatMap((match): SqlToken[] => {
    const [, single, double, back, number, word, mark] = match
    const quoted = single?.replaceAll("''", "'") ?? double?.replaceAll('""', '"') ?? back
    if (quoted !== undefined) return [{ kind: 'string', text: quoted }]
    if (number !== undefined) return [{ kind: 'number', text: number }]
    if (word !== undefined) return [{ kind: 'word', text: word }]
    return mark === undefined ? [] : [{ kind: 'mark', text: mark }]
  })
}

/** Splits a list of tokens into statements, at semicolons. */
export function splitStatements(tokens: readonly SqlToken[]): readonly (readonly SqlToken[])[] {
  const statements: SqlToken[][] = [[]]
  for (const token of tokens) {
    if (token.kind === 'mark' && token.text === ';') statements.push([])
    else statements.at(-1)?.push(token)
  }
  return statements.filter((statement) => statement.length > 0)
}

/** Returns whether a token is the keyword `word`. */
export const isWord = (token: SqlToken | undefined, word: string): boolean =>
  token?.kind === 'word' && token.text.toUpperCase() === word

/**
 * Parses the options in the last parentheses of a statement: `NAME value` and `name = value`, separated by commas. The
 * names are in lower case. Nested values, such as a map, are joined to one text.
 */
export function parseOptions(statement: readonly SqlToken[]): Readonly<Record<string, string>> {
  const open = statement.findIndex(({ kind, text }) => kind === 'mark' && text === '(')
  if (open === -1) return {}
  const options: Record<string, string> = {}
  let depth = 0
  let current: SqlToken[] = []
  const end = (): void => {
    const [name, ...values] = current
    const value = values.filter(({ kind, text }, at) => !(at === 0 && kind === 'mark' && text === '='))
    if (name !== undefined)
      options[name.text.toLowerCase()] = value.map(({ text }) => text).join(' ') || 'true'
    current = []
  }
  for (const token of statement.slice(open + 1)) {
    const mark = token.kind === 'mark' ? token.text : ''
    if (mark === ')' && depth === 0) break
    if (mark === ',' && depth === 0) {
      end()
      continue
    }
    if (mark === '(' || mark === '{' || mark === '[') depth++
    if (mark === ')' || mark === '}' || mark === ']') depth--
    current.push(token)
  }
  end()
  return options
}
