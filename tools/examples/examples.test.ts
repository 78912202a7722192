import { execFile } from 'node:child_process'
import { copyFileSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findExamples, findExports, type Example } from './extract.ts'
import { moduleText } from './module-text.ts'

const repository = resolve(import.meta.dirname, '../..')

/** The entry points whose exports must have examples, by the folder of their package. */
const entries: Readonly<Record<string, readonly (readonly [specifier: string, file: string])[]>> = {
  errors: [['@headgate/errors', 'src/index.ts']],
  json: [['@headgate/json', 'src/index.ts']],
  sigv4: [['@headgate/sigv4', 'src/index.ts']],
  http: [['@headgate/http', 'src/index.ts']],
  auth: [
    ['@headgate/auth', 'src/index.ts'],
    ['@headgate/auth/tokens', 'src/oauth2/obtain-token.ts'],
  ],
  iceberg: [
    ['@headgate/iceberg/client', 'src/client/index.ts'],
    ['@headgate/iceberg/rest', 'src/rest/index.ts'],
    ['@headgate/iceberg/metadata', 'src/metadata/index.ts'],
  ],
  lance: [
    ['@headgate/lance/client', 'src/client/index.ts'],
    ['@headgate/lance/model', 'src/model/index.ts'],
  ],
  forward: [['@headgate/forward', 'src/index.ts']],
}
const libraries = Object.keys(entries)
const listed = readFileSync(join(import.meta.dirname, 'pending.txt'), 'utf8')
  .split('\n')
  .filter((line) => line !== '')

const folder = mkdtempSync(join(tmpdir(), 'examples-'))
afterAll(() => rmSync(folder, { recursive: true }))

const examples: readonly Example[] = libraries.flatMap((library) => findExamples(repository, library))
const titleOf = ({ at }: Example): string => at.replace(/:\d+$/, '')
const pending = (example: Example): boolean => listed.includes(titleOf(example))

beforeAll(async () => {
  const names = new Map<string, string[]>()
  for (const [specifier] of Object.values(entries).flat())
    for (const name of Object.keys((await import(specifier)) as object))
      names.set(name, [...(names.get(name) ?? []), specifier])
  const types = readFileSync(join(import.meta.dirname, 'type-names.txt'), 'utf8')
    .trim()
    .split('\n')
  for (const line of types) {
    const [name = '', specifier = ''] = line.split(' ')
    names.set(`type ${name}`, [specifier])
  }
  const source = readFileSync(join(import.meta.dirname, 'fixtures.ts.txt'), 'utf8')
  const fixtures = new Set(
    [...source.matchAll(/^export (?:const|function) (\w+)|^export \{ (\w+) \}/gm)].map(
      ([, a, b]) => a ?? b ?? '',
    ),
  )
  copyFileSync(join(import.meta.dirname, 'fixtures.ts.txt'), join(folder, 'fixtures.ts'))
  for (const [index, example] of examples.entries())
    writeFileSync(join(folder, `example-${index}.ts`), moduleText(example, names, fixtures))
  symlinkSync(join(repository, 'node_modules'), join(folder, 'node_modules'))
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
})

describe('examples in docstrings', () => {
  test('each example compiles', async () => {
    const files = examples.flatMap((example, index) => (pending(example) ? [] : [`example-${index}.ts`]))
    const config = {
      extends: join(repository, 'tsconfig.base.json'),
      compilerOptions: {
        noEmit: true,
        composite: false,
        declaration: false,
        isolatedDeclarations: false,
        noUnusedLocals: false,
        noPropertyAccessFromIndexSignature: false,
        rewriteRelativeImportExtensions: false,
        lib: ['esnext'],
        typeRoots: [join(repository, 'node_modules/@types')],
      },
      files: [...files, 'fixtures.ts'],
    }
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config))
    const tsc = join(repository, 'node_modules/.bin/tsc')
    const { stdout } = await promisify(execFile)(tsc, ['-p', folder]).catch(
      (error: { stdout: string }) => error,
    )
    const at = stdout.replaceAll(
      /[^\s]*example-(\d+)\.ts/g,
      (name: string, index: string) => examples[Number(index)]?.at ?? name,
    )
    expect(at).toBe('')
  }, 120_000)

  test('each example runs', async () => {
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

  test('each exported function and class has an example', () => {
    const missing = Object.entries(entries).flatMap(([library, files]) =>
      files.flatMap(([specifier, file]) =>
        [...findExports(repository, `packages/${library}/${file}`)]
          .filter(([, hasExample]) => !hasExample)
          .map(([name]) => `${specifier} ${name}`),
      ),
    )
    expect(missing.filter((each) => !listed.includes(each))).toEqual([])
  })

  test('pending.txt lists only what lacks an example or fails', () => {
    const known = new Set([
      ...examples.map(titleOf),
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
