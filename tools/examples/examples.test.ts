import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { compileModules, writeModules, type ExampleModule } from './compile.ts'
import { findExamples, findExports, type Example } from './extract.ts'
import { moduleText } from './module-text.ts'
import { entries, readFixtureNames, readPublicNames } from './public-names.ts'

const repository = resolve(import.meta.dirname, '../..')

const libraries = Object.keys(entries)
const listed = readFileSync(join(import.meta.dirname, 'pending.txt'), 'utf8')
  .split('\n')
  .filter((line) => line !== '')

const folder = mkdtempSync(join(tmpdir(), 'examples-'))
afterAll(() => rmSync(folder, { recursive: true }))

const examples: readonly Example[] = libraries.flatMap((library) => findExamples(repository, library))
const toTitle = ({ at }: Example): string => at.replace(/:\d+$/, '')
const pending = (example: Example): boolean => listed.includes(toTitle(example))

let modules: readonly ExampleModule[]

beforeAll(async () => {
  const names = await readPublicNames()
  const fixtures = readFixtureNames()
  modules = examples.map((example) => ({ at: example.at, text: moduleText(example, names, fixtures) }))
  writeModules(folder, modules)
})

describe('examples in docstrings', () => {
  test('each example in the docstrings compiles', async () => {
    const indexes = examples.flatMap((example, index) => (pending(example) ? [] : [index]))
    expect(await compileModules(folder, modules, { indexes })).toBe('')
  }, 120_000)

  test('each example in the docstrings runs', async () => {
    const runs = examples.flatMap((example, index) => (example.runs && !pending(example) ? [index] : []))
    expect(runs.length).toBeGreaterThan(60)
    const runner = `
      process.on('unhandledRejection', (error) => process.stdout.write('@? ' + error.message + '\\n'))
      const { closeServers } = await import('./fixtures.ts')
      for (const index of ${JSON.stringify(runs)})
        await import('./example-' + index + '.ts').catch((error) => process.stdout.write('@' + index + ' ' + error.message + '\\n'))
      closeServers()
      process.exit()`
    writeFileSync(join(folder, 'runner.ts'), runner)
    const args = ['--conditions=x-source', '--disable-warning=ExperimentalWarning', 'runner.ts']
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: folder, timeout: 60_000 })
    const failed = stdout.split('\n').filter((line) => line.startsWith('@'))
    expect(
      failed.map((line) => line.replace(/^@(\d+)/, (_, index) => examples[Number(index)]?.at ?? '')),
    ).toEqual([])
  }, 120_000)

  test('each exported function and class has an example, or is in pending.txt', () => {
    const missing = Object.entries(entries).flatMap(([library, files]) =>
      files.flatMap(([specifier, file]) =>
        [...findExports(repository, `packages/${library}/${file}`)]
          .filter(([, hasExample]) => !hasExample)
          .map(([name]) => `${specifier} ${name}`),
      ),
    )
    expect(missing.filter((each) => !listed.includes(each))).toEqual([])
  })

  test('pending.txt lists only functions and classes without an example, and examples that fail', () => {
    const known = new Set([
      ...examples.map(toTitle),
      ...Object.entries(entries).flatMap(([library, files]) =>
        files.flatMap(([specifier, file]) =>
          [...findExports(repository, `packages/${library}/${file}`)]
            .filter(([, hasExample]) => !hasExample)
            .map(([name]) => `${specifier} ${name}`),
        ),
      ),
    ])
    expect(listed.filter((each) => !known.has(each))).toEqual([])
  })
})
