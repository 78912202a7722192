import type { Sidebars } from './sidebar.ts'

/** Values of a build that the configuration of VitePress reads. Paths are absolute. */
export interface SiteData {
  /** Path of the site on its server, with a slash at both ends. */
  readonly base: string
  /** Folder of the Markdown files. */
  readonly pages: string
  /** Folder of the built site. */
  readonly output: string
  /** Folder of the caches of VitePress. */
  readonly cache: string
  readonly version: string
  readonly repositoryUrl: string
  readonly sidebars: Sidebars
}
