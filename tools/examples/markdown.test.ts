import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { readCodeBlocks } from '../docs/code-blocks.ts'
import { listMarkdown } from '../docs/list-markdown.ts'
import { compileModules, writeModules } from './compile.ts'
import { moduleText } from './module-text.ts'
import { readFixtureNames, readPublicNames } from './public-names.ts'

const repository = resolve(import.meta.dirname, '../..')
const folder = mkdtempSync(join(tmpdir(), 'examples-markdown-'))
afterAll(() => rmSync(folder, { recursive: true }))

// Packages that examples import, but that the workspace does not install. The suite of the Lance client runs these
// examples.
const notInstalled = ['apache-arrow']

test('each TypeScript example in Markdown compiles', { timeout: 120_000 }, async () => {
  const examples = listMarkdown(repository).flatMap((file) =>
    readCodeBlocks(readFileSync(join(repository, file), 'utf8'))
      .filter(({ language }) => language === 'ts' || language === 'typescript')
      .map(({ code, line }) => ({
        at: `${file}:${line}`,
        library: /^packages\/([^/]+)\//.exec(file)?.[1] ?? '',
        code,
        runs: false,
      })),
  )
  expect(examples.length).toBeGreaterThan(20)
  const names = await readPublicNames()
  const fixtures = readFixtureNames()
  const modules = examples.map((example) => ({
    at: example.at,
    text: moduleText(example, names, fixtures, { assertions: false }),
  }))
  writeModules(folder, modules)
  writeFileSync(
    join(folder, 'not-installed.d.ts'),
    notInstalled.map((name) => `declare module '${name}'\n`).join(''),
  )
  const indexes = [...modules.keys()]
  expect(await compileModules(folder, modules, { indexes, files: ['not-installed.d.ts'] })).toBe('')
})
