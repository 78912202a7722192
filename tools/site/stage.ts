import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { listPackages } from './libraries.ts'
import { listPages, type Page } from './pages.ts'
import { rewriteLinks } from './rewrite-links.ts'

/** Files that are on the site without a change: the path in the repository, and the path on the site. */
const servedFiles: ReadonlyMap<string, string> = new Map([
  ['docs/reference/management-openapi.json', 'reference/management-openapi.json'],
  ['LICENSE', 'license.txt'],
  ['tools/site/icon.svg', 'icon.svg'],
])

/**
 * Writes the start page and the Markdown pages of the site into an empty folder, with links that are valid on the
 * site.
 *
 * @param repositoryUrl URL of the repository; links to files that are not on the site refer to it
 */
export function stagePages(root: string, folder: string, repositoryUrl: string): readonly Page[] {
  rmSync(folder, { recursive: true, force: true })
  const pages = listPages(root)
  const targets = {
    pages: new Map(pages.map(({ source, path }) => [source, path])),
    files: servedFiles,
    toRepository: (path: string) => `${repositoryUrl}/blob/main/${path}`,
  }
  const write = (path: string, text: string): void => {
    const file = join(folder, path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
  }
  for (const { source, path } of pages) {
    const text = rewriteLinks(readFileSync(join(root, source), 'utf8'), source, targets)
    write(`${path}.md`, `---\nedit: ${repositoryUrl}/edit/main/${source}\n---\n${text}`)
  }
  write('index.md', readFileSync(join(import.meta.dirname, 'home.md'), 'utf8'))
  write('packages/index.md', packageIndex(root))
  for (const [source, path] of servedFiles) {
    mkdirSync(dirname(join(folder, 'public', path)), { recursive: true })
    cpSync(join(root, source), join(folder, 'public', path))
  }
  return pages
}

function packageIndex(root: string): string {
  const rows = listPackages(root).map(
    ({ folder, name, description }) => `| [\`${name}\`](/packages/${folder}.md) | ${description} |`,
  )
  return ['# Packages', '', '| package | content |', '|---|---|', ...rows, ''].join('\n')
}
