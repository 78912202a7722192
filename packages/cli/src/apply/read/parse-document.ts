import { isNode, isScalar, LineCounter, parseAllDocuments, type Document as YamlDocument } from 'yaml'
import type { z } from 'zod'
import { CliError } from '../../cli-error.ts'
import { exitCode } from '../../exit-code.ts'
import { type Document, documentSchema } from '../document/document.ts'

/** Parsed document with a function that locates its members, for errors. */
export interface ParsedDocument {
  readonly document: Document
  /** Returns the position of a member of the document, as `FILE:LINE`. */
  readonly locate: (path: readonly PropertyKey[]) => string
}

const maxProblems = 10

/**
 * Parses a text that contains one or several documents in YAML 1.2 or JSON, which is a subset of YAML.
 *
 * @param file name in the errors
 * @throws CliError with the line of each problem
 */
export function parseDocuments(text: string, file: string): readonly ParsedDocument[] {
  const lines = new LineCounter()
  // YAML aliases are limited (`maxAliasCount`), because a few lines with aliases of aliases expand to gigabytes.
  const parsed = parseAllDocuments(text, {
    lineCounter: lines,
    version: '1.2',
    uniqueKeys: true,
    strict: true,
    // The pretty errors of the parser quote the invalid line, which can contain a secret.
    prettyErrors: false,
  })
  const [first] = 'empty' in parsed ? parsed.errors : parsed.flatMap(({ errors }) => errors)
  if (first !== undefined) throw invalid([`${file}:${lines.linePos(first.pos[0]).line}: ${first.message}`])
  const documents = 'empty' in parsed ? [] : parsed.filter(({ contents }) => !isEmpty(contents))
  if (documents.length === 0) throw invalid([`${file}: contains no document`])
  return documents.map((each) => validate(each, file, lines))
}

function isEmpty(contents: unknown): boolean {
  return contents === null || (isScalar(contents) && contents.value === null)
}

function validate(yaml: YamlDocument, file: string, lines: LineCounter): ParsedDocument {
  const locate = (path: readonly PropertyKey[]): string => `${file}:${findLine(yaml, path, lines)}`
  const result = documentSchema.safeParse(toValue(yaml, file))
  if (result.success) return { document: result.data, locate }
  throw invalid(result.error.issues.map((issue) => `${locate(issue.path)}: ${explain(issue)}`))
}

function toValue(yaml: YamlDocument, file: string): unknown {
  try {
    return yaml.toJS({ maxAliasCount: 100 })
  } catch (cause) {
    throw invalid([`${file}: ${cause instanceof Error ? cause.message : 'cannot be read'}`])
  }
}

/**
 * Returns the line of a member. If the member does not exist, returns the line of the innermost existing member that
 * would contain it.
 */
function findLine(yaml: YamlDocument, path: readonly PropertyKey[], lines: LineCounter): number {
  for (let depth = path.length; depth > 0; depth--) {
    const node = yaml.getIn(path.slice(0, depth), true)
    if (isNode(node) && node.range) return lines.linePos(node.range[0]).line
  }
  return lines.linePos(yaml.contents?.range?.[0] ?? 0).line
}

function explain({ path, message }: z.core.$ZodIssue): string {
  return path.length === 0 ? message : `${formatPath(path)}: ${message}`
}

/** Formats the path of a member, such as `warehouses[0].storage`. */
function formatPath(path: readonly PropertyKey[]): string {
  return path
    .map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`))
    .join('')
    .replace(/^\./, '')
}

function invalid(problems: readonly string[]): CliError {
  const more = problems.length - maxProblems
  const shown = [...problems.slice(0, maxProblems), ...(more > 0 ? [`and ${more} more`] : [])]
  return new CliError(exitCode.usage, `The document is not valid:\n${shown.join('\n')}`, {
    next: 'Nothing was changed. Correct the document; docs/reference/apply.schema.json describes its form, and editors can check it.',
  })
}
