import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { findCycle } from './cycles.ts'
import { withModules } from './diagram.ts'
import { isModuleOverride, lintOverrides, type Override } from './lint-overrides.ts'
import { toModule, realImports } from './real-imports.ts'
import { allowedImports, isEntry, modulesIn, readTable, repository } from './table.ts'

const table = readTable()
const modules = modulesIn(table)
const source = join(repository, table.source)
const rank = new Map(
  modules.map(({ name, layer }) => [name, table.layers.findIndex((l) => l.name === layer)]),
)
const imports = realImports(table)
const { root, sharedFolders } = table.files
const shared = [...table.files.shared, ...sharedFolders]

describe('modules.json', () => {
  test('the module table lists each folder and each file of the source folder', () => {
    const entries = readdirSync(source, { withFileTypes: true })
    const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name)
    const files = entries
      .filter(({ name }) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
      .map(({ name }) => name.replace(/\.ts$/, ''))
    expect([...modules.map(({ name }) => name), ...sharedFolders].toSorted()).toEqual(folders.toSorted())
    expect([...root, ...table.files.shared].toSorted()).toEqual(files.toSorted())
  })

  test('the module table allows imports only from lower layers, or from the same layer without a cycle', () => {
    for (const { name, imports: allowed } of modules) {
      if (allowed === 'all') continue
      for (const other of allowed)
        expect(rank.get(other), `${name} imports ${other}`).toBeGreaterThanOrEqual(rank.get(name) ?? 0)
    }
    const graph = new Map(modules.map((m) => [m.name, m.imports === 'all' ? [] : m.imports]))
    expect(findCycle(graph)).toEqual([])
  })

  test('the module table has a reason for each exception, and lists no exception as an allowed import', () => {
    for (const { from, to, reason } of table.exceptions) {
      expect(reason, `${from} imports ${to}`).not.toBe('')
      const module = modules.find(({ name }) => name === from)
      expect(module?.imports, `${from} imports ${to}`).not.toContain(to)
    }
  })

  test('.oxlintrc.json contains the import rules that lintOverrides generates from the module table', () => {
    const text = readFileSync(join(repository, '.oxlintrc.json'), 'utf8')
    const { overrides } = JSON.parse(text) as { readonly overrides: readonly Override[] }
    const own = overrides.filter((override) => isModuleOverride(table, override))
    expect(own, 'run `npm run modules`').toEqual(lintOverrides(table))
  })

  test('ARCHITECTURE.md contains the diagram that withModules generates from the module table', () => {
    const page = readFileSync(join(repository, 'ARCHITECTURE.md'), 'utf8')
    expect(page, 'run `npm run modules`').toBe(withModules(page, table))
  })
})

describe('packages/server/src', () => {
  test.each(modules.map(({ name }) => name))(
    'the module %s imports exactly the modules that the module table allows',
    (name) => {
      const module = modules.find((one) => one.name === name)
      if (module === undefined) throw new Error(`${name} is not in the module table`)
      const real = new Set(
        imports
          .filter(({ from }) => toModule(from) === name)
          .map(({ to }) => toModule(to))
          .filter((other) => other !== name),
      )
      if (module.imports === 'all') return
      const files = isEntry(table, module) ? [...shared, ...root] : shared
      const known = [...real].filter((other) => !files.includes(other)).toSorted()
      expect(known).toEqual(allowedImports(table, module))
    },
  )

  test('shared files and folders import only shared files and folders', () => {
    const others = imports.filter(({ from, to }) => {
      return shared.includes(toModule(from)) && !shared.includes(toModule(to))
    })
    expect(others).toEqual([])
  })

  test('the imports between source files form no cycle', () => {
    const graph = Map.groupBy(imports, ({ from }) => from)
    const paths = new Map([...graph].map(([from, list]) => [from, list.map(({ to }) => to)]))
    expect(findCycle(paths)).toEqual([])
  })

  test.each(modules.map(({ name }) => name))(
    'the README of module %s lists the modules that it may import',
    (name) => {
      const module = modules.find((one) => one.name === name)
      const readme = join(source, name, 'README.md')
      expect(existsSync(readme)).toBe(true)
      if (module === undefined || module.imports === 'all') return
      expect(namedIn(readFileSync(readme, 'utf8'))).toEqual(allowedImports(table, module))
    },
  )
})

/**
 * Returns the module names in backticks that follow "may import" or "may call" in a README, up to the words "never
 * here" or the end of the paragraph.
 */
function namedIn(readme: string): readonly string[] {
  const sentence = /may (?:call|import)\b([^]*?)(?:never\s+(?:be\s+)?here|\n\n)/i.exec(readme)?.[1] ?? ''
  const words = [...sentence.matchAll(/`([^`]*)`/g)].map(([, word = '']) => word.split('/')[0] ?? '')
  return modules
    .map(({ name }) => name)
    .filter((name) => words.includes(name))
    .toSorted()
}
