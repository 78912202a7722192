import { visible } from '../../output/visible.ts'
import { SourceRefusedError } from './source-refused-error.ts'

/**
 * Returns the path of a URL, in which each name of the source catalog is percent-encoded. It is a template tag.
 *
 * @throws SourceRefusedError for names that would change the path, and for names that cannot be encoded
 *
 * @example
 * ```ts
 * sourcePath`/catalogs/${catalog}/catalog-roles`
 * ```
 */
export function sourcePath(texts: TemplateStringsArray, ...names: readonly string[]): string {
  return texts.reduce((whole, text, index) => whole + toSegment(names[index - 1] ?? '') + text)
}

function toSegment(name: string): string {
  if (name === '' || name === '.' || name === '..' || !name.isWellFormed())
    throw new SourceRefusedError(null, `the name "${visible(name)}" cannot be part of a URL`)
  return encodeURIComponent(name)
}
