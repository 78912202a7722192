import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Root folder of the repository. */
export const repository: string = join(import.meta.dirname, '../..')

/** Module of the server, which is a folder of its source. */
export interface Module {
  readonly name: string
  readonly layer: string
  readonly purpose: string
  /**
   * Names of the modules that this module may import: of lower layers, or of the same layer if the imports form no
   * cycle. `all` for a module that composes the server, and that may import every module.
   */
  readonly imports: readonly string[] | 'all'
}

/** Existing import that violates the rule of its layer. No exception may be added. */
interface Exception {
  readonly from: string
  readonly to: string
  readonly reason: string
}

interface Layer {
  readonly name: string
  readonly rule: string
  readonly modules: Readonly<Record<string, Omit<Module, 'name' | 'layer'>>>
}

/** Content of the file `modules.json`. */
export interface ModuleTable {
  /** Source folder of the server, relative to the repository. */
  readonly source: string
  readonly files: {
    /** Names, without extension, of the source files that compose the modules. */
    readonly root: readonly string[]
    /** Names, without extension, of the source files that all modules may import. */
    readonly shared: readonly string[]
    /** Names of folders that all modules may import. They may import only each other and the shared files. */
    readonly sharedFolders: readonly string[]
  }
  /** Layers of the server, from the highest to the lowest. */
  readonly layers: readonly Layer[]
  readonly exceptions: readonly Exception[]
}

/** Reads the file `modules.json`. */
export function readTable(): ModuleTable {
  return JSON.parse(readFileSync(join(import.meta.dirname, 'modules.json'), 'utf8')) as ModuleTable
}

/** Returns the modules of all layers, in the order of `modules.json`. */
export function modulesIn(table: ModuleTable): readonly Module[] {
  return table.layers.flatMap(({ name: layer, modules }) =>
    Object.entries(modules).map(([name, { purpose, imports }]) => ({ name, layer, purpose, imports })),
  )
}

/** Returns the names of all modules that a module may import, including exceptions, sorted. */
export function allowedImports(table: ModuleTable, { name, imports }: Module): readonly string[] {
  if (imports === 'all') return modulesIn(table).map((module) => module.name)
  const exceptions = table.exceptions.filter(({ from }) => from === name).map(({ to }) => to)
  return [...imports, ...exceptions].toSorted()
}

/** Returns whether a module is in the highest layer, whose modules may import the files that compose the server. */
export function isEntry(table: ModuleTable, { layer }: Module): boolean {
  return layer === table.layers[0]?.name
}
