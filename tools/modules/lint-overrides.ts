import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { allowedImports, isEntry, type Module, modulesIn, type ModuleTable, repository } from './table.ts'

/** An entry of `overrides` in `.oxlintrc.json`. */
export interface Override {
  readonly files: readonly string[]
  readonly rules: Readonly<Record<string, unknown>>
}

/**
 * Returns the overrides that restrict the imports of each module. Modules that may import all modules have no
 * override.
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
  // In a file of a subfolder, an import of `../x/` refers to another subfolder of the same module, so it is allowed.
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

/** Returns whether an override restricts the imports of a module, so that a new override replaces it. */
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
