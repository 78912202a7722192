import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type ModuleTable, repository } from './table.ts'

/** Import between two source files of the server. Paths are relative to its source folder. */
export interface FileImport {
  readonly from: string
  readonly to: string
}

/**
 * Returns the imports between source files of the server, including type imports and dynamic imports. Ignores imports
 * in tests.
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
 * Returns the name of the module that contains a file. For a file outside of the modules, returns the file name
 * without its extension.
 */
export function toModule(file: string): string {
  return file.split('/')[0]?.replace(/\.ts$/, '') ?? ''
}
