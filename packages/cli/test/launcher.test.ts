import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { programEnvironment } from '@headgate/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '../../..')
const launcher = join(import.meta.dirname, '../bin/headgate.cjs')
const env = programEnvironment()

interface Manifest {
  readonly version: string
  readonly engines: { readonly node: string }
  readonly files: readonly string[]
}
const manifest = JSON.parse(readFileSync(join(import.meta.dirname, '../package.json'), 'utf8')) as Manifest

/** Returns arguments for Node.js that run the launcher with a changed Node.js version in `process.versions`. */
function withVersion(version: string, file: string): readonly string[] {
  const change = `Object.defineProperty(process.versions, 'node', { value: ${JSON.stringify(version)} })`
  return ['-e', `${change}; require(${JSON.stringify(file)})`]
}

function run(args: readonly string[], cwd: string = root) {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd, env, encoding: 'utf8' })
  return { code: status, out: stdout, err: stderr }
}

describe('the launcher in the checkout', () => {
  it('the launcher in the checkout runs as the command headgate of the workspace', () => {
    const out = execFileSync('npx', ['--offline', 'headgate', '--version'], {
      cwd: root,
      env,
      encoding: 'utf8',
    })
    expect(out).toBe(`${manifest.version}\n`)
  })

  it('the launcher in the checkout runs commands with their exit codes and without warnings', () => {
    expect(run([launcher, '--version'])).toEqual({ code: 0, out: `${manifest.version}\n`, err: '' })
    const down = run([launcher, 'role', 'list', '--url', 'http://127.0.0.1:1'])
    expect(down).toMatchObject({ code: 3, out: '', err: expect.stringMatching(/^error: The server at /) })
  })

  it(
    'the launcher in the checkout starts the program in at most three times the time that an empty process needs',
    { timeout: 120_000 },
    () => {
      const measure = (args: readonly string[]): number => {
        const start = performance.now()
        spawnSync(process.execPath, args, { cwd: root, env })
        return performance.now() - start
      }
      const empty = join(mkdtempSync(join(tmpdir(), 'headgate-empty-')), 'empty.cjs')
      writeFileSync(empty, '')
      // Other processes on the machine can only increase the measured times, so the test compares the shortest times.
      let [shortest, shortestEmpty] = [Infinity, Infinity]
      for (let round = 0; round < 60 && (round < 5 || shortest > 3 * shortestEmpty); round += 1) {
        shortestEmpty = Math.min(shortestEmpty, measure([empty]))
        shortest = Math.min(shortest, measure([launcher, '--version']))
      }
      rmSync(join(empty, '..'), { recursive: true })
      expect(shortest / shortestEmpty).toBeLessThanOrEqual(3)
    },
  )

  it('the launcher in the checkout prints one sentence if the version of Node.js cannot run the sources', () => {
    expect(run(withVersion('22.20.0', launcher))).toEqual({
      code: 1,
      out: '',
      err:
        'headgate needs Node 24 or newer, and this is Node 22.20.0: run it with `npx headgate` in the checkout, ' +
        'which uses the Node that `npm ci` installed there.\n',
    })
  })
})

describe('the launcher of the package', () => {
  let directory: string
  let installed: string

  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'headgate-launcher-'))
    mkdirSync(join(directory, 'bin'))
    mkdirSync(join(directory, 'dist'))
    for (const path of manifest.files.filter((file) => file.startsWith('bin/')))
      cpSync(join(import.meta.dirname, '..', path), join(directory, path))
    writeFileSync(join(directory, 'package.json'), '{ "type": "module" }')
    writeFileSync(join(directory, 'dist/main.js'), 'console.log(process.argv.slice(2).join())')
    installed = join(directory, 'bin/headgate.cjs')
  })
  afterAll(() => rmSync(directory, { recursive: true }))

  it('the launcher of the package runs the compiled program, also through a link such as npm creates', () => {
    const link = join(directory, 'headgate')
    symlinkSync('bin/headgate.cjs', link)
    expect(run([link, 'role', 'list'], directory)).toEqual({ code: 0, out: 'role,list\n', err: '' })
  })

  it('the launcher of the package refuses versions of Node.js that are older than the package states', () => {
    const [, needed = ''] = /^>=(\d+\.\d+)$/.exec(manifest.engines.node) ?? []
    expect(run(withVersion(`${needed}.0`, installed)).code).toBe(0)
    const older = needed.replace(/\d+$/, (minor) => String(Number(minor) - 1))
    for (const version of [`${older}.9`, '20.20.2', '9.99.0']) {
      expect(run(withVersion(version, installed))).toEqual({
        code: 1,
        out: '',
        err:
          `headgate needs Node ${needed} or newer, and this is Node ${version}: install a newer one from ` +
          'https://nodejs.org, or run `npx -p node@24 -p headgate headgate`.\n',
      })
    }
  })

  it('the launcher of the package uses only syntax that old versions of Node.js can parse', () => {
    const text = readFileSync(launcher, 'utf8').replaceAll(/\/\/.*$|'[^'\n]*'/gm, '')
    expect(text).not.toMatch(/\b(const|let|class|import|async|await|of)\b|=>|`|\?\.|\?\?|\.\.\.|\*\*/)
  })
})
