import { readFileSync } from 'node:fs'
import { defineConfig, type DefaultTheme } from 'vitepress'
import { toAnchor } from '../../docs/anchors.ts'
import type { SiteData } from '../site-data.ts'

const site = JSON.parse(readFileSync(process.env['SITE_DATA'] ?? '', 'utf8')) as SiteData

// oxlint-disable-next-line import/no-default-export -- VitePress reads it
export default defineConfig({
  title: 'Headgate',
  description: 'Documentation of Headgate, an Apache Iceberg REST catalog',
  lang: 'en',
  base: site.base,
  srcDir: site.pages,
  outDir: site.output,
  cacheDir: site.cache,
  lastUpdated: false,
  head: [['link', { rel: 'icon', type: 'image/svg+xml', href: `${site.base}icon.svg` }]],
  markdown: {
    linkify: false,
    languageAlias: { cedar: 'txt' },
    anchor: { slugify: toAnchor },
    config: (markdown) => {
      const renderFence = markdown.renderer.rules.fence
      markdown.renderer.rules.fence = (tokens, index, ...others) => {
        const token = tokens[index]
        if (token?.info.trim() === 'mermaid')
          return `<Diagram code="${encodeURIComponent(token.content)}"></Diagram>\n`
        return renderFence?.(tokens, index, ...others) ?? ''
      }
    },
  },
  transformPageData({ frontmatter }) {
    // A generated page has no Markdown source to edit, so it has no edit link.
    if (frontmatter['edit'] === undefined) frontmatter['editLink'] = false
  },
  themeConfig: {
    logo: '/icon.svg',
    nav: [
      { text: 'Tutorial', link: '/tutorial/first-hour' },
      { text: 'Documentation', link: '/contents' },
      { text: 'Examples', link: '/examples/' },
      { text: 'Packages', link: '/packages/' },
      { text: 'API', link: '/api/' },
      { text: site.version, link: '/changelog' },
    ],
    sidebar: site.sidebars as DefaultTheme.SidebarMulti,
    outline: { level: [2, 3] },
    search: { provider: 'local' },
    externalLinkIcon: true,
    // VitePress copies the source text of this function into the site, so the function must not use names of this
    // file.
    editLink: { pattern: ({ frontmatter }) => frontmatter['edit'], text: 'Edit this page' },
    socialLinks: [{ icon: 'github', link: site.repositoryUrl }],
    footer: { message: `<a href="${site.base}license.txt">Apache License 2.0</a>` },
  },
})
