import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findMissingLine, readShellSteps } from '../../conformance/lib/shell-steps.ts'

const repository = join(import.meta.dirname, '../..')
const page = readFileSync(join(repository, 'docs/tutorial/first-hour.md'), 'utf8')
const steps = readShellSteps(page)
const [start, define, ...others] = steps
/** Shell functions that define `headgate`: as the page does it, and, for later commands, without npx, which is slow. */
const definitions = [define?.commands ?? '', 'headgate() { node_modules/.bin/headgate "$@"; }\n']
const folder = mkdtempSync(join(tmpdir(), 'headgate-tutorial-'))
const { PATH, HOME, TMPDIR, NODE_COMPILE_CACHE } = process.env
const base = { PATH, HOME, TMPDIR, NODE_COMPILE_CACHE }
let server: ChildProcess
let url: string

// The page uses the default port and data directory; the test uses a free port and a temporary folder.
beforeAll(async () => {
  const [, variable = '', flags = ''] =
    /^(HEADGATE_\w+)=15 npm start -- (.+)$/m.exec(start?.commands ?? '') ?? []
  const node = [
    '--conditions=x-source',
    '--disable-warning=ExperimentalWarning',
    'packages/server/src/main.ts',
  ]
  const own = ['--port', '0', '--s3-port', '0', '--data-dir', folder]
  server = spawn(process.execPath, [...node, ...flags.split(' '), ...own], {
    cwd: repository,
    env: { ...base, [variable]: '3' },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  url = await readyUrl(server)
})

afterAll(async () => {
  server.kill('SIGTERM')
  if (server.exitCode === null) await once(server, 'exit')
  rmSync(folder, { recursive: true, force: true })
})

async function readyUrl({ stdout }: ChildProcess): Promise<string> {
  if (stdout === null) throw new Error('The server process has no standard output.')
  for await (const line of createInterface({ input: stdout })) {
    if (line.startsWith('ready ')) return line.slice('ready '.length).trim()
  }
  throw new Error('The server ended before it was ready.')
}

/**
 * Replacements of texts in the commands of the page: the folder of the test, and shorter times. The job takes 8 s in
 * place of 120 s, and credentials are valid for 6 s in place of 30 s.
 */
const replacements = [
  ['.headgate', folder],
  ['--vend-lifetime 30s', '--vend-lifetime 6s'],
  ['ada-credential 120', 'ada-credential 8'],
] as const

/** Runs shell commands in the repository. Returns their output, including standard error. */
async function run(commands: string, define: string): Promise<string> {
  const adapted = replacements.reduce((text, [from, to]) => text.replaceAll(from, to), commands)
  const { promise, resolve } = Promise.withResolvers<string>()
  execFile(
    'bash',
    ['-c', `${define}exec 2>&1\n${adapted}`],
    { cwd: repository, env: { ...base, HEADGATE_URL: url, HEADGATE_DATA_DIR: folder } },
    (_, stdout) => resolve(stdout),
  )
  return promise
}

test(
  'the commands of the page "first hour" print the lines that the page shows, in order',
  { timeout: 300_000 },
  async () => {
    expect(others.length).toBeGreaterThan(12)
    for (const [at, { commands, output }] of others.entries()) {
      if (commands.startsWith('rm ')) continue
      const printed = await run(commands, definitions[Math.min(at, 1)] ?? '')
      expect(findMissingLine(output, printed), `${commands}\n${printed}`).toBeNull()
      if (output.length === 0) expect(printed).not.toMatch(/^error/m)
    }
  },
)

test('findMissingLine compares lines in order, with wildcards', () => {
  expect(findMissingLine(['a  b', '… d'], 'x\n a b \nc d')).toBeNull()
  expect(findMissingLine(['c d', 'a b'], 'a b\nc d')).toBe('a b')
  expect(findMissingLine(['a.c'], 'abc')).toBe('a.c')
})
