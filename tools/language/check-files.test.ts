import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { checkFiles, listFiles } from './check-files.ts'
import { rangeToLand, readSubjects } from './check-subjects.ts'
import { compileRule, type SubjectSource } from './rules.ts'

const rules = [
  compileRule({ name: 'faulty', pattern: '\\bfaulty\\b', reason: 'r', instead: 'i', bad: [], good: [] }),
]
const faulty = '# Title\n\nIt is faulty.\nIt is faulty again.\n\nIt was faulty.\n'
let root: string

const git = (...args: string[]): string =>
  execFileSync('git', ['-c', 'user.name=A', '-c', 'user.email=a@example.com', ...args], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  }).trim()

function write(file: string, text: string): void {
  mkdirSync(dirname(join(root, file)), { recursive: true })
  writeFileSync(join(root, file), text)
}

function commit(subject: string): string {
  git('add', '--all')
  git('commit', '--allow-empty', '--no-verify', '--message', subject)
  return git('rev-parse', 'HEAD')
}

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'hg-language-'))
  git('init', '--initial-branch=main')
})
afterEach(() => {
  rmSync(root, { recursive: true, force: true })
})

it('listFiles returns tracked and new files, and omits ignored and deleted files', () => {
  write('.gitignore', 'dist/\n')
  for (const file of ['a.ts', 'b.md', 'c.sql', 'd.json', 'dist/e.ts', 'wire/f.ts', 'deleted.ts'])
    write(file, '')
  commit('a: add files')
  rmSync(join(root, 'deleted.ts'))
  write('new.ts', '')
  expect(listFiles(root, [{ path: 'wire/', reason: 'generated' }])).toEqual([
    'a.ts',
    'b.md',
    'c.sql',
    'new.ts',
  ])
})

it('checkFiles reports every fault of a file with its line', () => {
  write('a.md', faulty)
  const report = checkFiles(root, ['a.md'], rules)
  expect(report).toMatchObject({ files: 1, sentences: 4 })
  expect(report.faults.map(({ file, line, sentence }) => [file, line, sentence])).toEqual([
    ['a.md', 3, 'It is faulty.'],
    ['a.md', 4, 'It is faulty again.'],
    ['a.md', 6, 'It was faulty.'],
  ])
})

it('on a branch, rangeToLand selects the commit subjects that main does not have', () => {
  const after = commit('Old subject')
  const first = commit('a: add one')
  git('switch', '--create', 'topic')
  commit('a: add two')
  const form = { after } as SubjectSource
  expect(rangeToLand(root, form)).toBe(`${first}..HEAD`)
  expect(readSubjects(root, `${first}..HEAD`, after).map(({ subject }) => subject)).toEqual(['a: add two'])
})

it('on main, rangeToLand selects the commit subjects since the introduction of the check', () => {
  const old = commit('Old subject')
  const after = commit('Last old subject')
  commit('a: add one')
  commit('a: add two')
  const form = { after } as SubjectSource
  expect(rangeToLand(root, form)).toBe(`${after}..HEAD`)
  const expected = ['a: add one', 'a: add two']
  expect(readSubjects(root, `${after}..HEAD`, after).map(({ subject }) => subject)).toEqual(expected)
  expect(readSubjects(root, `${old}..HEAD`, after).map(({ subject }) => subject)).toEqual(expected)
})

it('rangeToLand returns null when the history does not contain the commit before the first checked commit', () => {
  commit('a: add one')
  expect(rangeToLand(root, { after: '0123456789' } as SubjectSource)).toBeNull()
  expect(() => readSubjects(root, 'no-such-branch..HEAD', '0123456789')).toThrow(/does not know the range/)
})
