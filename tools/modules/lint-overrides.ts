import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { allowedImports, isEntry, type Module, modulesIn, type ModuleTable, repository } from './table.ts'

/** Entry of `overrides` in `.oxlintrc.json`. */
export interface Override {
  readonly files: readonly string[]
  readonly rules: Readonly<Record<string, unknown>>
}

/**
 * Returns the lint overrides that restrict the imports of each module. A module that may import all modules has none.
 */
export function lintOverrides(table: ModuleTable): readonly Override[] {
  return modulesIn(table)
    .filter(({ imports }) => imports !== 'all')
    .map((module) => lintOverride(table, module))
}

function lintOverride(table: ModuleTable, module: Module): Override {
  const allowed = allowedImports(table, module)
  const { root, sharedFolders } = table.files
  const others = new Set(modulesIn(table).map(({ name }) => name))
  // In a file of a subfolder, `../x/` refers to another subfolder of the same module, so such an import is allowed.
  const own = subfolders(join(repository, table.source, module.name)).filter((name) => !others.has(name))
  const group = [
    '../*/**',
    '../../*/**',
    ...own.map((name) => `!../${name}/**`),
    ...[...sharedFolders, ...allowed].flatMap((name) => [`!../${name}/**`, `!../../${name}/**`]),
    '!../../*.ts',
    ...(isEntry(table, module) ? [] : root.flatMap((name) => [`../${name}.ts`, `../../${name}.ts`])),
  ]
  const list = allowed.length === 0 ? 'no other module' : allowed.join(', ')
  const message = `Module ${module.name} may import ${list}. See tools/modules/modules.json.`
  return {
    files: [`${table.source}/${module.name}/**/*.ts`],
    rules: { 'no-restricted-imports': ['error', { patterns: [{ group, message }] }] },
  }
}

/** Returns whether an entry is a generated override for a module, which a new one then replaces. */
export function isModuleOverride(table: ModuleTable, { files, rules }: Override): boolean {
  return (
    'no-restricted-imports' in rules &&
    files.length > 0 &&
    files.every((file) => file.startsWith(table.source))
  )
}

function subfolders(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .toSorted()
}
