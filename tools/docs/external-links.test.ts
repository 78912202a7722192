import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { checkExternalLink, findExternalLinks, listFile } from './external-links.ts'
import { listMarkdown } from './list-markdown.ts'

const root = join(import.meta.dirname, '../..')
const links = findExternalLinks(root, listMarkdown(root))

test('checkExternalLink accepts each external link of the Markdown files', () => {
  const wrong = links.flatMap((link) => {
    const reason = checkExternalLink(root, link)
    return reason === null ? [] : [`${link}: ${reason}`]
  })
  expect(wrong).toEqual([])
})

test('external-links.txt lists each external link of the Markdown files; update it with "npm run docs"', () => {
  expect(readFileSync(listFile, 'utf8').trim().split('\n')).toEqual(links)
})

test('checkExternalLink refuses links that cannot work for a reader', () => {
  expect(checkExternalLink(root, 'https://iceberg.apache.org/spec/#a')).toBeNull()
  expect(checkExternalLink(root, 'http://iceberg.apache.org/')).toBe('Use https.')
  expect(checkExternalLink(root, 'https://a:b@example.com/')).toBe(
    'The link contains a user name or a password.',
  )
  expect(checkExternalLink(root, 'https://localhost/')).toBe('The host of the link is not a public name.')
  expect(checkExternalLink(root, 'https://')).toBe('The link is not a URL.')
  const own = 'https://github.com/headgate/headgate/blob/main'
  expect(checkExternalLink(root, `${own}/README.md#start`)).toBeNull()
  expect(checkExternalLink(root, `${own}/gone.md`)).toBe('gone.md does not exist in this repository.')
})
