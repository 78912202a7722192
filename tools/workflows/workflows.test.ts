import { globSync, readFileSync } from 'node:fs'
import { join, matchesGlob } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readScripts, readWorkflows } from './read-workflows.ts'

const root = join(import.meta.dirname, '../..')
const workflows = readWorkflows(root)
const jobs = workflows.flatMap(({ file, jobs }) =>
  Object.entries(jobs).map(([name, job]) => ({ title: `${file}, job ${name}`, job })),
)
const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  readonly scripts: Readonly<Record<string, string>>
}

test('GitHub workflows pin each action to one commit and state its version', () => {
  const used = new Map<string, string>()
  for (const { file, text } of workflows) {
    for (const [line, action = ''] of text.matchAll(/^.*\buses: *([^\s]+).*$/gm)) {
      if (action.startsWith('./')) continue
      const [, name = '', pin = ''] =
        /^ *(?:- )?uses: ([\w-]+\/[\w/-]+)@([\da-f]{40} # v\d+\.\d+\.\d+)$/.exec(line) ?? []
      expect(pin, `${file}: ${line.trim()}`).not.toBe('')
      expect(used.get(name) ?? pin, `${file}: ${name}`).toBe(pin)
      used.set(name, pin)
    }
  }
  expect(used.size).toBeGreaterThan(5)
})

describe.each(workflows)('the workflow $file', ({ permissions, concurrency }) => {
  test('the GitHub workflow grants permissions only to single jobs', () => {
    expect(permissions).toEqual({})
  })

  test('the GitHub workflow has a concurrency group', () => {
    expect(concurrency?.group).toBeTruthy()
  })
})

describe.each(jobs)('$title', ({ job }) => {
  const { uses, steps = [], permissions = {} } = job

  test('the job of a GitHub workflow states its permissions, and also its time limit unless it calls a workflow', () => {
    expect(job.permissions).toBeDefined()
    expect(uses !== undefined || job['timeout-minutes'] !== undefined).toBe(true)
  })

  test('the job of a GitHub workflow does not store credentials in the checkout', () => {
    for (const { uses, with: inputs } of steps)
      if (uses?.startsWith('actions/checkout@')) expect(inputs?.['persist-credentials']).toBe(false)
  })

  test('the job of a GitHub workflow runs only npm scripts that exist', () => {
    for (const script of readScripts(job))
      for (const [, name = ''] of script.matchAll(/npm run (?:--?[\w-]+ )*([\w:-]+)/g))
        expect(scripts, script).toHaveProperty([name])
  })

  test('a GitHub job with write access runs no code of dependencies', () => {
    if (!Object.values(permissions).includes('write')) return
    for (const script of readScripts(job))
      expect(script).not.toMatch(/\bnpm (?:ci|install|run|test)\b|\bnpx\b/)
  })
})

test('the GitHub workflow test.yml keeps the logs of each suite that fails', () => {
  const suite = workflows.find(({ file }) => file === 'test.yml')?.jobs['suite']
  const pattern = suite?.steps?.find(({ name }) => name === 'Keep the logs of a failed run')?.with?.['path']
  // The programs name the folders of their logs in code such as `newRunFolder(cacheFolder('attack-run'))`.
  const folders = globSync('{conformance,engines}/**/main.ts', { cwd: root }).flatMap((file) =>
    [...readFileSync(join(root, file), 'utf8').matchAll(/newRunFolder\(cacheFolder\(([^)]+)\)\)/g)].map(
      ([, parts = '']) => parts.replaceAll("'", '').replaceAll(', ', '/'),
    ),
  )
  expect(folders.length).toBeGreaterThan(10)
  for (const folder of folders)
    expect(matchesGlob(`.cache/${folder}/20260101-000000-1/server.log`, String(pattern)), folder).toBe(true)
})
