import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Page of the site that is generated from a Markdown file of the repository. */
export interface Page {
  /** Path of the Markdown file, relative to the repository. */
  readonly source: string
  /** Path of the page on the site, without a leading slash and an extension, such as `how-to/engines/trino`. */
  readonly path: string
  readonly title: string
  readonly section: string
}

interface Section {
  readonly title: string
  /**
   * Glob patterns of the Markdown files in the section, relative to the repository, in the order of the pages on the
   * site.
   */
  readonly files: readonly string[]
}

/** Sections of the site, in order. The section `API reference`, which TypeDoc generates, is added separately. */
export const sections: readonly Section[] = [
  { title: 'Headgate', files: ['README.md', 'docs/README.md'] },
  { title: 'Tutorial', files: ['docs/tutorial/**/*.md'] },
  { title: 'How-to guides', files: ['docs/how-to/**/*.md'] },
  { title: 'Reference', files: ['docs/reference/**/*.md', 'spec/rest-auth-extension.md'] },
  { title: 'Explanation', files: ['docs/explanation/**/*.md', 'ARCHITECTURE.md', 'SECURITY.md'] },
  { title: 'Examples', files: ['examples/README.md', 'examples/*/README.md'] },
  { title: 'Packages', files: ['packages/*/README.md'] },
  {
    title: 'Results',
    files: ['conformance/README.md', 'conformance/*/README.md', 'engines/README.md', 'bench/results/*.md'],
  },
  { title: 'Project', files: ['CHANGELOG.md', 'CONTRIBUTING.md'] },
]

/** Markdown files that are not on the site, because they describe only internals of the repository. */
const left: ReadonlySet<string> = new Set(['packages/testkit/README.md', 'conformance/lib/README.md'])

/**
 * Returns the pages of all sections. In a section, pages to which `docs/README.md` links come first, in the order of
 * these links.
 */
export function listPages(root: string): readonly Page[] {
  const index = readFileSync(join(root, 'docs/README.md'), 'utf8')
  const order = [...index.matchAll(/\]\(([^)#]+\.md)/g)].map(([, target = '']) => join('docs', target))
  const rank = (file: string): number => {
    const found = order.indexOf(file)
    return found < 0 ? order.length : found
  }
  return sections.flatMap(({ title: section, files }) =>
    files
      .flatMap((pattern) => globSync(pattern, { cwd: root }).toSorted())
      .filter((file) => !left.has(file))
      .toSorted((a, b) => rank(a) - rank(b))
      .map((source) => ({
        source,
        path: toPath(source),
        title: titles[source] ?? readTitle(readFileSync(join(root, source), 'utf8')) ?? source,
        section,
      })),
  )
}

/** Returns the text of the first heading, without Markdown syntax, or null if the page has none. */
export function readTitle(page: string): string | null {
  const heading = /^# +(.+?) *#*$/m.exec(page)?.[1]
  return heading?.replaceAll(/[`*]|\[([^\]]*)\]\([^)]*\)/g, '$1') ?? null
}

const chosen: Readonly<Record<string, string>> = {
  'README.md': 'overview',
  'docs/README.md': 'contents',
  'spec/rest-auth-extension.md': 'reference/rest-auth-extension',
  'ARCHITECTURE.md': 'explanation/architecture',
  'SECURITY.md': 'explanation/security',
  'CHANGELOG.md': 'changelog',
  'CONTRIBUTING.md': 'contributing',
  'examples/README.md': 'examples/index',
  'conformance/README.md': 'results/conformance/index',
  'engines/README.md': 'results/engines',
}

/** Titles of pages that differ from the first heading, keyed by file. */
const titles: Readonly<Record<string, string>> = {
  'README.md': 'Overview',
  'docs/README.md': 'All pages',
}

function toPath(source: string): string {
  return (
    chosen[source] ??
    source
      .replace(/\/README\.md$|\.md$/, '')
      .replace(/^docs\//, '')
      .replace(/^conformance\//, 'results/conformance/')
      .replace(/^bench\/results\//, 'results/bench/')
  )
}
