import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { checkContents } from './contents.ts'

const manifest = {
  exports: { '.': { 'x-source': './src/index.ts', types: './dist/index.d.ts', default: './dist/index.js' } },
}
const map = { version: 3, sources: ['../src/index.ts'], mappings: 'AAAA' }
const complete = {
  'package.json': JSON.stringify(manifest),
  'README.md': '# p',
  LICENSE: 'L',
  'src/index.ts': 'export {}',
  'dist/index.js': 'export {}',
  'dist/index.js.map': JSON.stringify(map),
  'dist/index.d.ts': 'export {}',
}

/**
 * Applies changes to the files of a complete package, and returns the faults that the check finds. The value undefined
 * removes a file.
 */
function faults(changes: Readonly<Record<string, string | undefined>>): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), 'headgate-contents-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const files = Object.entries({ ...complete, ...changes }).filter(([, text]) => text !== undefined)
  for (const [path, text = ''] of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  const paths = files.map(([path]) => path)
  return checkContents({
    library: 'json',
    name: 'p',
    tarball: '',
    files: paths,
    bytes: 0,
    unpackedBytes: 0,
    folder,
  })
}

test('checkContents finds no fault in a published package with sources, compiled files and documents', () => {
  expect(faults({})).toEqual([])
})

test.each([
  [{ LICENSE: undefined }, ['p: LICENSE is missing']],
  [{ 'notes.txt': '' }, ['p: notes.txt is not expected']],
  [
    { 'dist/index.js': undefined },
    ['p: dist/index.js is missing', 'p: package.json names ./dist/index.js, which is missing'],
  ],
  [{ 'dist/gone.d.ts': '' }, ['p: dist/gone.d.ts has no source']],
  [
    { 'dist/index.js.map': JSON.stringify({ ...map, sourcesContent: ['export {}'] }) },
    ['p: dist/index.js.map contains the text of its source'],
  ],
  [
    { 'dist/index.js.map': JSON.stringify({ ...map, sources: ['../src/a.ts'] }) },
    ['p: dist/index.js.map names src/a.ts, which is missing'],
  ],
  [
    { 'package.json': JSON.stringify({ ...manifest, scripts: { postinstall: 'node x' } }) },
    ['p: package.json has the script postinstall'],
  ],
  [
    { 'package.json': JSON.stringify({ exports: { '.': { 'x-source': './src/a.ts' } } }) },
    ['p: package.json names ./src/a.ts, which is missing'],
  ],
])('checkContents reports the fault in a published package after the change %o', (changes, expected) => {
  expect(faults(changes)).toEqual(expected)
})

test('checkContents reports test files and their compiled output in a published package', () => {
  const found = faults({ 'src/a.test.ts': '', 'dist/a.test.js': '', 'src/test/b.ts': '' })
  for (const path of ['src/a.test.ts', 'dist/a.test.js', 'src/test/b.ts'])
    expect(found).toContain(`p: ${path} belongs to tests`)
})
