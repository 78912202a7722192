import { CliError } from '../cli-error.ts'
import { exitCode } from '../exit-code.ts'

/**
 * A path of a URL with names in it: template tag that escapes each of them. A name that a URL cannot carry is refused,
 * because it would make another path of it.
 *
 * @example
 * ```ts
 * path`/management/v1/roles/${role}`
 * ```
 */
export function path(texts: TemplateStringsArray, ...names: readonly (string | readonly string[])[]): string {
  return texts.reduce((whole, text, index) => whole + segment(names[index - 1] ?? '') + text)
}

/** Levels of a namespace share a segment, parted by U+001F (Iceberg REST specification, parameter `namespace`). */
function segment(name: string | readonly string[]): string {
  const text = typeof name === 'string' ? name : name.join('\u001f')
  if (text === '' || text === '.' || text === '..') {
    throw new CliError(exitCode.usage, `Nothing can be named ${JSON.stringify(text)}.`)
  }
  return encodeURIComponent(text)
}
