import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Root folder of the repository. */
export const repository: string = join(import.meta.dirname, '../..')

/** One module: a folder of the server's source. */
export interface Module {
  readonly name: string
  readonly layer: string
  readonly purpose: string
  /**
   * Modules that this module may import: modules of lower layers, or of the same layer if the imports form no cycle.
   * `all` for a module that composes the server and may import every module.
   */
  readonly imports: readonly string[] | 'all'
}

/** An existing import that violates the rule of its layer. No exceptions may be added. */
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

/** Content of `modules.json`. */
export interface ModuleTable {
  /** Folder of the modules, relative to the repository. */
  readonly source: string
  readonly files: {
    /** Names, without extension, of the files of the source folder that compose the modules. */
    readonly root: readonly string[]
    /** Names, without extension, of the files of the source folder that all modules may import. */
    readonly shared: readonly string[]
    /** Folders that all modules may import. They import only shared files and shared folders. */
    readonly sharedFolders: readonly string[]
  }
  /** Layers of the server, from the highest to the lowest. */
  readonly layers: readonly Layer[]
  readonly exceptions: readonly Exception[]
}

/** Reads `modules.json`. */
export function readTable(): ModuleTable {
  return JSON.parse(readFileSync(join(import.meta.dirname, 'modules.json'), 'utf8')) as ModuleTable
}

/** Returns the modules of all layers, in the order of the table. */
export function modulesIn(table: ModuleTable): readonly Module[] {
  return table.layers.flatMap(({ name: layer, modules }) =>
    Object.entries(modules).map(([name, { purpose, imports }]) => ({ name, layer, purpose, imports })),
  )
}

/** Returns the names of all modules that a module may import, exceptions included, in alphabetical order. */
export function allowedImports(table: ModuleTable, { name, imports }: Module): readonly string[] {
  if (imports === 'all') return modulesIn(table).map((module) => module.name)
  const exceptions = table.exceptions.filter(({ from }) => from === name).map(({ to }) => to)
  return [...imports, ...exceptions].toSorted()
}

/** Returns whether a module is in the highest layer, whose modules may import the files that compose the server. */
export function isEntry(table: ModuleTable, { layer }: Module): boolean {
  return layer === table.layers[0]?.name
}
