import {
  type Comment,
  type ParserOptions,
  parseSync,
  type Program,
  rawTransferSupported,
  Visitor,
} from 'oxc-parser'
import { mask, maskInline } from './mask.ts'
import { type Passage, paragraphBreak } from './passage.ts'
import { beforeTags, maskComment } from './read-comment.ts'
import { isSql, readSql } from './read-sql.ts'

/**
 * Options of the parser. With `experimentalRawTransfer`, it passes the syntax tree as bytes in place of JSON, which
 * halves the time of the whole check.
 */
const options: ParserOptions & { readonly experimentalRawTransfer: boolean } = {
  experimentalRawTransfer: rawTransferSupported(),
}

/**
 * Yields the comments, the docstrings of functions and the strings of a TypeScript or JavaScript file. Yields the
 * comments first, because the syntax tree is built only when the caller continues the iteration after the comments.
 *
 * @throws Error when the file cannot be parsed
 */
export function* readTypeScript(file: string, source: string): Generator<Passage> {
  const parsed = parseSync(file, source, options)
  const [error] = parsed.errors
  if (error !== undefined) throw new Error(`Cannot parse ${file}: ${error.message}`)
  const { comments } = parsed
  yield* readComments(comments, source)
  const { functions, strings, titles } = findTexts(parsed.program)
  for (const [index, comment] of comments.entries())
    if (isDocstring(comment) && functions.has(nextCode(comments, index, source)))
      yield {
        kind: 'docstring',
        start: comment.start,
        text: maskComment(beforeTags(source.slice(comment.start, comment.end))),
      }
  for (const text of strings) yield* readString(text, titles.has(text.start), source)
}

const directive =
  /^(?:\/\/|\/\*+)\s*(?:oxlint|eslint|prettier|@ts-|@vite|@vitest|v8 |c8 |istanbul|#region|#endregion|[#@]__|@jsx)/

function* readComments(comments: readonly Comment[], source: string): Generator<Passage> {
  const texts = comments.filter(
    ({ start, end }) => !directive.test(source.slice(start, Math.min(end, start + 40))),
  )
  for (let index = 0; index < texts.length; index += 1) {
    const first = texts[index]
    if (first === undefined) return
    let { end } = first
    for (
      let next = texts[index + 1];
      first.type === 'Line' && next?.type === 'Line';
      next = texts[index + 1]
    ) {
      if (!/^\n[ \t]*$/.test(source.slice(end, next.start))) break
      end = next.end
      index += 1
    }
    yield commentPassage(isDocstring(first) ? 'description' : 'comment', first.start, end, source)
  }
}

const isDocstring = ({ type, value }: Comment): boolean => type === 'Block' && value.startsWith('*')

function commentPassage(kind: Passage['kind'], start: number, end: number, source: string): Passage {
  return { kind, start, text: maskComment(source.slice(start, end)) }
}

/** Returns the offset of the first code that follows the comment with the given index, skipping further comments. */
function nextCode(comments: readonly Comment[], index: number, source: string): number {
  let at = comments[index]?.end ?? source.length
  for (const { start, end } of comments.slice(index + 1)) {
    if (source.slice(at, start).trim() !== '') break
    at = end
  }
  return at + (/\S/.exec(source.slice(at))?.index ?? 0)
}

/**
 * Offsets of a string or template literal, without its delimiters. `holes` are the offsets of expressions in a
 * template.
 */
interface StringText {
  readonly start: number
  readonly end: number
  readonly holes: readonly { readonly start: number; readonly end: number }[]
}

interface Texts {
  /** Offsets of the starts of functions and methods. */
  readonly functions: ReadonlySet<number>
  readonly strings: readonly StringText[]
  /** Start offsets of strings that are titles of tests. */
  readonly titles: ReadonlySet<number>
}

function findTexts(program: Program): Texts {
  const functions = new Set<number>()
  const titles = new Set<number>()
  const strings: StringText[] = []
  new Visitor({
    ExportNamedDeclaration: ({ start, declaration }) => {
      if (
        declaration?.type === 'VariableDeclaration'
          ? isFunction(declaration.declarations[0]?.init)
          : isFunction(declaration)
      )
        functions.add(start)
    },
    FunctionDeclaration: ({ start }) => void functions.add(start),
    TSDeclareFunction: ({ start }) => void functions.add(start),
    VariableDeclaration: ({ start, declarations }) => {
      if (isFunction(declarations[0]?.init)) functions.add(start)
    },
    MethodDefinition: ({ start, kind }) => {
      if (kind === 'method') functions.add(start)
    },
    PropertyDefinition: ({ start, value }) => {
      if (isFunction(value)) functions.add(start)
    },
    TSAbstractMethodDefinition: ({ start }) => void functions.add(start),
    TSMethodSignature: ({ start, kind }) => {
      if (kind === 'method') functions.add(start)
    },
    Property: ({ start, value, kind }) => {
      if (kind === 'init' && isFunction(value)) functions.add(start)
    },
    CallExpression: ({ callee, arguments: [first] }) => {
      if (first !== undefined && testFunctions.has(rootName(callee))) titles.add(first.start + 1)
    },
    Literal: ({ start, end, value }) => {
      if (typeof value === 'string') strings.push({ start: start + 1, end: end - 1, holes: [] })
    },
    TemplateLiteral: ({ start, end, expressions }) =>
      void strings.push({ start: start + 1, end: end - 1, holes: expressions }),
  }).visit(program)
  return { functions, strings, titles }
}

const functionTypes: ReadonlySet<string> = new Set([
  'FunctionDeclaration',
  'FunctionExpression',
  'ArrowFunctionExpression',
  'TSDeclareFunction',
])

const isFunction = (node: { readonly type: string } | null | undefined): boolean =>
  node !== null && node !== undefined && functionTypes.has(node.type)

const testFunctions: ReadonlySet<string | null> = new Set(['it', 'test'])

interface Callee {
  readonly type: string
  readonly name?: unknown
  readonly callee?: Callee
  readonly object?: Callee
  readonly tag?: Callee
}

/** Returns the name with which a call expression begins, such as `it` for `it.each([])('title')`. */
function rootName(callee: Callee): string | null {
  const inner = callee.callee ?? callee.object ?? callee.tag
  if (inner !== undefined) return rootName(inner)
  return callee.type === 'Identifier' && typeof callee.name === 'string' ? callee.name : null
}

/** Returns whether a text has at least three words, so that it counts as prose. */
function isProse(text: string): boolean {
  const words = text.matchAll(/(?<!\S)[("'“[]*\p{L}{2,}/gu)
  return words.take(3).toArray().length === 3
}

function* readString(
  { start, end, holes }: StringText,
  isTitle: boolean,
  source: string,
): Generator<Passage> {
  let text = source.slice(start, end)
  if (!text.includes(' ')) return
  for (const hole of holes) {
    const from = source.lastIndexOf('${', hole.start) - start
    const to = source.indexOf('}', hole.end) + 1 - start
    text = text.slice(0, from) + 'x'.repeat(to - from) + text.slice(to)
  }
  if (!isProse(text)) return
  if (!isTitle && isSql(text)) yield* readSql(text, start)
  else yield { kind: isTitle ? 'title' : 'string', start, text: maskInline(maskEscapes(text)) }
}

function maskEscapes(text: string): string {
  const breaks = text
    .replaceAll('\\n', paragraphBreak + paragraphBreak)
    .replaceAll("\\'", '’ ')
    .replaceAll('\\`', ' `')
  return mask(breaks, /\\(?:u\{[^}]*\}|u[\dA-Fa-f]{4}|x[\dA-Fa-f]{2}|.)/g)
}
