import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { listEntries } from './libraries.ts'
import { programs, runProgram } from './run-program.ts'
import type { SidebarItem } from './sidebar.ts'

/** An element of TypeDoc's navigation. */
interface Navigation {
  readonly title: string
  /** Path of the page of the element; null for a group. */
  readonly path?: string | null
  readonly children?: readonly Navigation[]
}

export interface ApiOptions {
  /** The repository. */
  readonly root: string
  /** Folder that the pages are written to. */
  readonly pages: string
  /** Folder for settings and logs. */
  readonly work: string
  /** Start of the URLs of source files. */
  readonly sourceUrl: string
}

/**
 * Writes the pages of the API reference, which TypeDoc generates from the docstrings of the libraries.
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
  // TypeDoc needs the compiler API, which TypeScript 7 does not have. So TypeDoc uses TypeScript 6, which is installed
  // in this folder.
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

/** Options of TypeDoc for the content and the form of the pages. */
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
