import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type ModuleTable, repository } from './table.ts'

/** An import between two files of the source folder. Paths are relative to the source folder. */
export interface FileImport {
  readonly from: string
  readonly to: string
}

/**
 * Returns the imports between files of the source folder. Includes type imports and dynamic imports, and excludes
 * imports in tests.
 */
export function realImports({ source }: ModuleTable): readonly FileImport[] {
  const root = join(repository, source)
  const files = globSync('**/*.ts', { cwd: root }).filter((file) => !file.endsWith('.test.ts'))
  return files.toSorted().flatMap((file) => {
    const text = readFileSync(join(root, file), 'utf8')
    return [...text.matchAll(/(?:from |import\(|import )'(\.{1,2}\/[^']+)'/g)].map(([, path = '']) => ({
      from: file,
      to: join(file, '..', path),
    }))
  })
}

/**
 * Returns the name of the module that contains a file. For a file outside the modules, returns the name of the file
 * without its extension.
 */
export function toModule(file: string): string {
  return file.split('/')[0]?.replace(/\.ts$/, '') ?? ''
}
