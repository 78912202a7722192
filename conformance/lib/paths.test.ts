import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { addRunFolder, forgetOldRuns, newRunFolder } from './paths.ts'

const parent = mkdtempSync(join(tmpdir(), 'runs-'))
afterAll(() => rmSync(parent, { recursive: true }))

test('newRunFolder creates folders whose names sort by time, and deletes all but the newest ten', () => {
  const folders = Array.from({ length: 12 }, (_, minute) =>
    newRunFolder(parent, new Date(Date.UTC(2026, 0, 2, 3, minute))),
  )
  expect(basename(folders[4] ?? '')).toBe(`20260102-030400-${process.pid}`)
  expect(readdirSync(parent).toSorted()).toEqual(folders.slice(-10).map((folder) => basename(folder)))
  expect(existsSync(folders[11] ?? '')).toBe(true)
})

test('addRunFolder keeps the folders of earlier runs, and forgetOldRuns deletes all but the newest ten', () => {
  const minutes = Array.from({ length: 12 }, (_, minute) => new Date(Date.UTC(2027, 0, 2, 3, minute)))
  const folders = minutes.map((now) => addRunFolder(parent, now))
  expect(folders.filter((folder) => !existsSync(folder))).toEqual([])
  forgetOldRuns(parent)
  expect(readdirSync(parent).toSorted()).toEqual(folders.slice(-10).map((folder) => basename(folder)))
})
