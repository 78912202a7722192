import { expect, test } from 'vitest'
import { rewriteLinks } from './rewrite-links.ts'

const targets = {
  pages: new Map([
    ['docs/how-to/keys.md', 'how-to/keys'],
    ['packages/auth/README.md', 'packages/auth'],
    ['SECURITY.md', 'explanation/security'],
  ]),
  files: new Map([['docs/reference/api.json', 'reference/api.json']]),
  toRepository: (path: string) => `https://example.test/${path}`,
}
const rewrite = (page: string): string => rewriteLinks(page, 'docs/how-to/engines.md', targets)

test('rewriteLinks points links to pages of the site to their path on the site', () => {
  expect(rewrite('[a](keys.md#rotate), [b](<../../SECURITY.md>), [c](../../packages/auth)')).toBe(
    '[a](/how-to/keys.md#rotate), [b](</explanation/security.md>), [c](/packages/auth.md)',
  )
  expect(rewrite('text\n[ref]: ../../SECURITY.md\n')).toBe('text\n[ref]: /explanation/security.md\n')
})

test('rewriteLinks points links to files that the site serves to their path on the site', () => {
  expect(rewrite('[a](../reference/api.json)')).toBe('[a](/reference/api.json)')
})

test('rewriteLinks points links to other files to the repository', () => {
  expect(rewrite('[a](../../engines/main.ts) [b](../../spec/)')).toBe(
    '[a](https://example.test/engines/main.ts) [b](https://example.test/spec)',
  )
})

test('rewriteLinks does not change links with a scheme, links within the page, and code', () => {
  const page = '[a](https://x.test/b.md) [b](#c) `[c](keys.md)`\n\n```md\n[d](keys.md)\n```\n'
  expect(rewrite(page)).toBe(page)
})
