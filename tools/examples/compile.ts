import { execFile } from 'node:child_process'
import { copyFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'

const repository = resolve(import.meta.dirname, '../..')

/** TypeScript module that is built from an example. */
export interface ExampleModule {
  /** File and line of the example, for error messages. */
  readonly at: string
  readonly text: string
}

/**
 * Writes modules into an empty folder, under the names `example-0.ts`, `example-1.ts` and so on, and the files that
 * they import.
 */
export function writeModules(folder: string, modules: readonly ExampleModule[]): void {
  copyFileSync(join(import.meta.dirname, 'fixtures.ts.txt'), join(folder, 'fixtures.ts'))
  for (const [index, { text }] of modules.entries()) writeFileSync(join(folder, `example-${index}.ts`), text)
  symlinkSync(join(repository, 'node_modules'), join(folder, 'node_modules'))
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
}

/**
 * Compiles the modules with the given indexes, and the given files. Returns the compiler errors, each with the file
 * and line of its example.
 */
export async function compileModules(
  folder: string,
  modules: readonly ExampleModule[],
  { indexes, files = [] }: { readonly indexes: readonly number[]; readonly files?: readonly string[] },
): Promise<string> {
  const config = {
    extends: join(repository, 'tsconfig.base.json'),
    compilerOptions: {
      noEmit: true,
      composite: false,
      declaration: false,
      isolatedDeclarations: false,
      noUnusedLocals: false,
      noPropertyAccessFromIndexSignature: false,
      rewriteRelativeImportExtensions: false,
      lib: ['esnext'],
      typeRoots: [join(repository, 'node_modules/@types')],
    },
    files: [...indexes.map((index) => `example-${index}.ts`), 'fixtures.ts', ...files],
  }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config))
  const tsc = join(repository, 'node_modules/.bin/tsc')
  const { stdout } = await promisify(execFile)(tsc, ['-p', folder]).catch(
    (error: { stdout: string }) => error,
  )
  return stdout.replaceAll(
    /[^\s]*example-(\d+)\.ts/g,
    (name: string, index: string) => modules[Number(index)]?.at ?? name,
  )
}
