import { CliError } from '../cli-error.ts'
import { exitCode } from '../exit-code.ts'

/**
 * Returns the path of a URL, with each name percent-encoded. It is a template tag. Throws for names such as `.` and
 * `..`, because they would change the path.
 *
 * @example
 * ```ts
 * path`/management/v1/roles/${role}`
 * ```
 */
export function path(texts: TemplateStringsArray, ...names: readonly (string | readonly string[])[]): string {
  return texts.reduce((whole, text, index) => whole + toSegment(names[index - 1] ?? '') + text)
}

/**
 * Returns one segment of a URL path. Joins the levels of a namespace with U+001F (Iceberg REST specification,
 * parameter `namespace`).
 */
function toSegment(name: string | readonly string[]): string {
  const text = typeof name === 'string' ? name : name.join('\u001f')
  if (text === '' || text === '.' || text === '..') {
    throw new CliError(exitCode.usage, `${JSON.stringify(text)} is not a valid name. Use another name.`)
  }
  return encodeURIComponent(text)
}
