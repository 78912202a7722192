import { globSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { listEntries, listPackages } from './libraries.ts'
import { listPages, readTitle } from './pages.ts'

const root = join(import.meta.dirname, '../..')
const pages = listPages(root)

test('every Markdown file of docs and every README of a published package has one page', () => {
  const sources = pages.map(({ source }) => source)
  const expected = [
    ...globSync('docs/**/*.md', { cwd: root }),
    ...listPackages(root).map(({ folder }) => `packages/${folder}/README.md`),
    'CHANGELOG.md',
  ]
  expect(expected.filter((file) => !sources.includes(file))).toEqual([])
  expect(new Set(sources).size).toBe(sources.length)
  expect(new Set(pages.map(({ path }) => path)).size).toBe(pages.length)
})

test('pages of the site keep their path below docs, and the index of docs decides their order', () => {
  const paths = pages.map(({ path }) => path)
  expect(paths).toContain('how-to/engines/trino')
  expect(paths).toContain('explanation/architecture')
  expect(paths.indexOf('how-to/engines/pyiceberg')).toBeLessThan(paths.indexOf('how-to/engines/daft'))
})

test('readTitle returns the first heading without Markdown syntax', () => {
  expect(readTitle('text\n# The `headgate` [proxy](a.md)\n# Other\n')).toBe('The headgate proxy')
  expect(readTitle('text')).toBeNull()
})

test('the API reference covers each entry point of the libraries', () => {
  const entries = listEntries(root)
  expect(entries).toContainEqual({
    specifier: '@headgate/iceberg/client',
    file: 'packages/iceberg/src/client/index.ts',
  })
  expect(entries.some(({ specifier }) => specifier.includes('server'))).toBe(false)
  expect(entries.length).toBeGreaterThan(10)
})
