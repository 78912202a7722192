import { toAnchor } from '../docs/anchors.ts'
import { type Page, sections } from './pages.ts'

/** An element of the sidebar of VitePress. */
export interface SidebarItem {
  readonly text: string
  readonly link?: string
  readonly collapsed?: boolean
  readonly items?: readonly SidebarItem[]
}

/** Sidebars by the start of the address of a page. */
export type Sidebars = Readonly<Record<string, readonly SidebarItem[]>>

/**
 * Builds the sidebars: one for the pages of the repository, and one for each module of the API reference.
 *
 * @param modules sidebar of each module by its folder below `api/`
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

/** Each page contains its sidebar, so long lists are only on the page of the module. */
const longestGroup = 60

function toGroup({ text, items = [] }: SidebarItem, module: string): SidebarItem {
  return items.length > longestGroup
    ? { text, link: `${module}#${toAnchor(text)}` }
    : { text, collapsed: true, items }
}

/** Puts pages below the page whose address is the folder that they are in: `how-to/engines/trino` below `how-to/engines`. */
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
