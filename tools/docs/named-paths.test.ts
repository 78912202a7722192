import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { findMissingPaths, readNamedPaths } from './named-paths.ts'

const repository = join(import.meta.dirname, '../..')

test('readNamedPaths returns the code spans of a page that are paths of files', () => {
  const page = '`a/b.ts`, `a/b.ts` and `c.json`, but not `d.e()`, `f.ts g` or h.ts'
  expect(readNamedPaths(page)).toEqual(['a/b.ts', 'c.json'])
})

test('ARCHITECTURE.md names only files that exist', () => {
  const paths = readNamedPaths(readFileSync(join(repository, 'ARCHITECTURE.md'), 'utf8'))
  const folders = [repository, join(repository, 'packages/server/src'), join(repository, 'packages')]
  expect(paths.length).toBeGreaterThan(10)
  expect(findMissingPaths(paths, folders)).toEqual([])
})
