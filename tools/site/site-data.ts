import type { Sidebars } from './sidebar.ts'

/** Values of one build that the VitePress configuration reads. Paths are absolute. */
export interface SiteData {
  /** Base path of the site on its server, with a leading and a trailing slash. */
  readonly base: string
  /** Folder with the Markdown files of the site. */
  readonly pages: string
  /** Folder to which the built site is written. */
  readonly output: string
  /** Cache folder of VitePress. */
  readonly cache: string
  readonly version: string
  readonly repositoryUrl: string
  readonly sidebars: Sidebars
}
