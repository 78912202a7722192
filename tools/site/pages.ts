import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** A page of the site that is a Markdown file of the repository. */
export interface Page {
  /** File, relative to the repository. */
  readonly source: string
  /** Address on the site, without a leading slash and without an ending: `how-to/engines/trino`. */
  readonly path: string
  readonly title: string
  readonly section: string
}

interface Section {
  readonly title: string
  /** Patterns of files, relative to the repository, in the order of the site. */
  readonly files: readonly string[]
}

/** The parts of the site, in their order. `API reference` is added by TypeDoc. */
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

/** Files that are about the inside of the repository only. */
const left: ReadonlySet<string> = new Set(['packages/testkit/README.md', 'conformance/lib/README.md'])

/** Returns the pages, section by section. In a section, pages that the index in `docs` links come first, in its order. */
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

/** Returns the text of the first heading without its marks, or null. */
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

/** Titles in the sidebar that are not the heading of the page. */
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
