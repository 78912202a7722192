import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { listEntries } from './libraries.ts'
import { programs, runProgram } from './run-program.ts'
import type { SidebarItem } from './sidebar.ts'

/** Element of the navigation that TypeDoc generates. */
interface Navigation {
  readonly title: string
  /** Path of the page that the element opens, or null for a group. */
  readonly path?: string | null
  readonly children?: readonly Navigation[]
}

export interface ApiOptions {
  /** Root folder of the repository. */
  readonly root: string
  /** Folder to which the Markdown pages are written. */
  readonly pages: string
  /** Folder for temporary settings and logs. */
  readonly work: string
  /** Prefix of the URLs of source files. */
  readonly sourceUrl: string
}

/**
 * Generates the pages of the API reference with TypeDoc, from the docstrings of the libraries.
 *
 * @returns the sidebar of each module, by the folder of the module below `api/`
 */
export function writeApiPages({
  root,
  pages,
  work,
  sourceUrl,
}: ApiOptions): Readonly<Record<string, SidebarItem>> {
  const entries = listEntries(root)
  const files = entries.map(({ file }) => join(root, file))
  mkdirSync(work, { recursive: true })
  // TypeDoc needs a compiler API that TypeScript 7 lacks, so it uses TypeScript 6, which is installed in this folder.
  const tsconfig = join(work, 'tsconfig.json')
  writeJson(tsconfig, {
    extends: join(root, 'tsconfig.base.json'),
    compilerOptions: {
      noEmit: true,
      composite: false,
      rewriteRelativeImportExtensions: false,
      lib: ['esnext'],
      typeRoots: [join(root, 'node_modules/@types')],
    },
    files,
  })
  const navigationJson = join(work, 'navigation.json')
  const options = join(work, 'typedoc.json')
  writeJson(options, {
    ...typedocOptions,
    name: 'API reference',
    entryPoints: files,
    tsconfig,
    plugin: ['typedoc-plugin-markdown', join(import.meta.dirname, 'name-modules.ts')],
    out: join(pages, 'api'),
    sourceLinkTemplate: `${sourceUrl}/packages/{path}#L{line}`,
    navigationJson,
  })
  const specifiers = Object.fromEntries(entries.map(({ specifier, file }) => [join(root, file), specifier]))
  runProgram(join(programs, 'typedoc'), ['--options', options], {
    env: { API_MODULES: JSON.stringify(specifiers) },
  })
  const navigation = JSON.parse(readFileSync(navigationJson, 'utf8')) as readonly Navigation[]
  return Object.fromEntries(navigation.map((module) => [toFolder(module), toSidebar(module)]))
}

/** Options of TypeDoc that determine the content and the form of the pages. */
const typedocOptions = {
  router: 'member',
  entryFileName: 'index',
  readme: 'none',
  excludeScopesInPaths: true,
  excludePrivate: true,
  excludeInternal: true,
  excludeExternals: true,
  hidePageHeader: true,
  hideBreadcrumbs: true,
  useCodeBlocks: true,
  parametersFormat: 'table',
  propertiesFormat: 'table',
  interfacePropertiesFormat: 'table',
  classPropertiesFormat: 'table',
  typeAliasPropertiesFormat: 'table',
  tableColumnSettings: {
    hideSources: true,
    hideModifiers: true,
    hideInherited: true,
    hideOverrides: true,
    leftAlignHeaders: true,
  },
  disableGit: true,
  treatWarningsAsErrors: true,
} as const

function toFolder({ path }: Navigation): string {
  return (path ?? '').replace(/index\.md$/, '')
}

function toSidebar({ title, path, children }: Navigation): SidebarItem {
  return {
    text: title,
    ...(typeof path === 'string' ? { link: `/api/${path.replace(/(?:index)?\.md$/, '')}` } : {}),
    ...(children === undefined ? {} : { items: children.map(toSidebar) }),
  }
}

function writeJson(file: string, value: unknown): void {
  writeFileSync(file, JSON.stringify(value, null, 2))
}
