import { dirname, join } from 'node:path'

/** Targets to which links of a page are rewritten. */
export interface LinkTargets {
  /** Paths of the pages on the site, keyed by Markdown file. A path has no leading slash and no extension. */
  readonly pages: ReadonlyMap<string, string>
  /** Paths of other files on the site, keyed by the path in the repository. */
  readonly files: ReadonlyMap<string, string>
  /** Returns the repository URL of a file or folder that is not on the site. */
  readonly toRepository: (path: string) => string
}

/**
 * Rewrites the relative links of a Markdown file: to a page of the site if one exists, otherwise to the repository.
 * Does not change code.
 *
 * @param source path of the file, relative to the repository
 */
export function rewriteLinks(page: string, source: string, targets: LinkTargets): string {
  const rewrite = (target: string): string => rewriteTarget(target, source, targets)
  return splitCode(page)
    .map((part, index) =>
      index % 2 === 1
        ? part
        : part
            .replaceAll(
              /(\]\(<?)([^)\s>]+)/g,
              (_, before: string, target: string) => before + rewrite(target),
            )
            .replaceAll(
              /^(\[[^\]]+\]: *)(\S+)/gm,
              (_, before: string, target: string) => before + rewrite(target),
            ),
    )
    .join('')
}

/** Splits a page into text (even indexes) and code (odd indexes). Code is fenced blocks and code spans. */
function splitCode(page: string): string[] {
  return page.split(/(^[ \t>]*(?:`{3,}|~{3,})[^\n]*\n[^]*?^[ \t>]*(?:`{3,}|~{3,})[ \t]*$|`[^`\n]*`)/m)
}

function rewriteTarget(target: string, source: string, { pages, files, toRepository }: LinkTargets): string {
  if (/^(?:[a-z][a-z+.-]*:|#|\/)/i.test(target)) return target
  const [path = '', anchor] = target.split('#')
  const file = join(dirname(source), decodeURIComponent(path)).replace(/\/$/, '')
  const hash = anchor === undefined ? '' : `#${anchor}`
  const page = pages.get(file) ?? pages.get(join(file, 'README.md'))
  if (page !== undefined) return `/${page}.md${hash}`
  const served = files.get(file)
  return served === undefined ? `${toRepository(file)}${hash}` : `/${served}`
}
