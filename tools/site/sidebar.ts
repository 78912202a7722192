import { toAnchor } from '../docs/anchors.ts'
import { type Page, sections } from './pages.ts'

/** Entry of a VitePress sidebar. */
export interface SidebarItem {
  readonly text: string
  readonly link?: string
  readonly collapsed?: boolean
  readonly items?: readonly SidebarItem[]
}

/** Sidebars, keyed by the path prefix of the pages that show them. */
export type Sidebars = Readonly<Record<string, readonly SidebarItem[]>>

/**
 * Builds the sidebars of the site: one for the Markdown pages of the repository, and one for each module of the API
 * reference.
 *
 * @param modules sidebar of each module, by the folder of the module below `api/`
 */
export function buildSidebars(
  pages: readonly Page[],
  modules: Readonly<Record<string, SidebarItem>>,
): Sidebars {
  const groups = sections.flatMap(({ title }) => {
    const items = nest(pages.filter(({ section }) => section === title))
    return items.length === 0 ? [] : [{ text: title, collapsed: false, items }]
  })
  const list = Object.values(modules).map(({ text, link = '' }) => ({ text, link }))
  const all = { text: 'API reference', items: list }
  const own = Object.entries(modules).map(([folder, { text, link = '', items = [] }]) => {
    const groups = items.map((group) => toGroup(group, link))
    return [`/api/${folder}`, [{ text, link, items: groups }, all]] as const
  })
  return { ...Object.fromEntries(own), '/api/': [all], '/': groups }
}

/**
 * Maximum number of entries of a group in a sidebar. Every page contains a copy of its sidebar, so a larger group is
 * replaced by one link to the page of the module.
 */
const longestGroup = 60

function toGroup({ text, items = [] }: SidebarItem, module: string): SidebarItem {
  return items.length > longestGroup
    ? { text, link: `${module}#${toAnchor(text)}` }
    : { text, collapsed: true, items }
}

/** Nests each page below the page whose path is its folder, such as `how-to/engines/trino` below `how-to/engines`. */
function nest(pages: readonly Page[]): SidebarItem[] {
  const findParent = (page: Page): Page | undefined =>
    pages.find(({ path }) => page.path !== path && page.path.startsWith(`${path.replace(/\/index$/, '')}/`))
  return pages
    .filter((page) => findParent(page) === undefined)
    .map((page) => {
      const children = pages.filter((each) => findParent(each) === page)
      const item = toItem(page)
      return children.length === 0 ? item : { ...item, collapsed: true, items: children.map(toItem) }
    })
}

function toItem({ title, path }: Page): SidebarItem {
  return { text: title, link: `/${path.replace(/(^|\/)index$/, '$1')}` }
}
