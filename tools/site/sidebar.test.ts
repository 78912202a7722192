import { expect, test } from 'vitest'
import { buildSidebars } from './sidebar.ts'

const page = (path: string): { source: string; path: string; title: string; section: string } => ({
  source: `${path}.md`,
  path,
  title: path.toUpperCase(),
  section: 'How-to guides',
})

test('buildSidebars puts the pages of a folder below the page with the name of the folder', () => {
  const { '/': groups } = buildSidebars([page('h/engines'), page('h/keys'), page('h/engines/spark')], {})
  expect(groups).toEqual([
    {
      text: 'How-to guides',
      collapsed: false,
      items: [
        {
          text: 'H/ENGINES',
          link: '/h/engines',
          collapsed: true,
          items: [{ text: 'H/ENGINES/SPARK', link: '/h/engines/spark' }],
        },
        { text: 'H/KEYS', link: '/h/keys' },
      ],
    },
  ])
})

test('buildSidebars links an index page by the path of its folder', () => {
  const { '/': groups } = buildSidebars([page('examples/index'), page('examples/spark')], {})
  expect(groups?.[0]?.items).toMatchObject([{ link: '/examples/', items: [{ link: '/examples/spark' }] }])
})

test('buildSidebars builds a sidebar for each module, in which a long group is one link', () => {
  const items = (count: number): { text: string }[] =>
    Array.from({ length: count }, (_, index) => ({ text: `${index}` }))
  const module = {
    text: '@headgate/json',
    link: '/api/json/',
    items: [
      { text: 'Functions', items: items(3) },
      { text: 'Type Aliases', items: items(61) },
    ],
  }
  const sidebars = buildSidebars([], { 'json/': module })
  expect(sidebars['/api/json/']?.[0]?.items).toEqual([
    { text: 'Functions', collapsed: true, items: items(3) },
    { text: 'Type Aliases', link: '/api/json/#type-aliases' },
  ])
  expect(sidebars['/api/']).toEqual([
    { text: 'API reference', items: [{ text: '@headgate/json', link: '/api/json/' }] },
  ])
})
