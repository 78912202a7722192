import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { readAnchors } from './anchors.ts'
import { findBrokenLinks } from './broken-links.ts'
import { listMarkdown } from './list-markdown.ts'

const repository = join(import.meta.dirname, '../..')
const folder = mkdtempSync(join(tmpdir(), 'headgate-links-'))
afterAll(() => rmSync(folder, { recursive: true }))

describe('readAnchors', () => {
  test('readAnchors computes the anchors of headings as GitHub does', () => {
    const page = '# A `--flag`, and more\n## Twice\n## Twice\n## [Link](x.md) text\n```sh\n# comment\n```\n'
    expect([...readAnchors(page)]).toEqual(['a---flag-and-more', 'twice', 'twice-1', 'link-text'])
  })
})

describe('findBrokenLinks', () => {
  test('findBrokenLinks reports missing files, missing anchors and targets outside the root', () => {
    writeFileSync(
      join(folder, 'a.md'),
      '# One\n[ok](b.md#two) [self](#one) [web](https://x.test/#y) `[code](z.md)`',
    )
    writeFileSync(join(folder, 'b.md'), '## Two\n[x](c.md) [y](a.md#three) [z](../d.md)\n\n[ref]: e.md\n')
    expect(findBrokenLinks(folder, ['a.md', 'b.md'])).toEqual([
      { file: 'b.md', target: 'c.md', reason: 'c.md does not exist.' },
      { file: 'b.md', target: 'a.md#three', reason: 'a.md has no heading with the anchor "three".' },
      { file: 'b.md', target: '../d.md', reason: 'The target is outside the repository.' },
      { file: 'b.md', target: 'e.md', reason: 'e.md does not exist.' },
    ])
  })

  test('the Markdown files of the repository have no broken link', () => {
    expect(findBrokenLinks(repository, listMarkdown(repository))).toEqual([])
  })
})
