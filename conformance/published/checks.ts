import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { repositoryRoot } from '../lib/paths.ts'
import type { ProcessKeeper } from '../lib/process-keeper.ts'
import type { PackedPackage } from './pack.ts'
import { entryPoints, libraryNames, nodeOnly, packageNames, specifier } from './packages.ts'

/** Packed package, and the folder in which it is installed. */
export interface InstalledPackage extends PackedPackage {
  readonly folder: string
}

/** Folder in which the packages are installed. */
export interface Installed {
  readonly run: string
  readonly packages: readonly InstalledPackage[]
}

/** Runs publint, which checks the manifests of packages. Returns its messages, of which none is expected. */
export async function lint({ packages }: Installed): Promise<readonly string[]> {
  const found: string[] = []
  for (const { library, folder } of packages) {
    const { messages, pkg } = await publint({ pkgDir: folder, strict: true, pack: false })
    for (const message of messages) found.push(`${library}: ${formatMessage(message, pkg) ?? message.code}`)
  }
  return found
}

/**
 * Loads every entry point of the installed packages with Node, and compares the exported names with those of the
 * source.
 */
export async function exportedNames(keeper: ProcessKeeper, { run }: Installed): Promise<readonly string[]> {
  const specifiers = packageNames.flatMap((name) => entryPoints[name].map((entry) => specifier(name, entry)))
  const program = join(run, 'names.mjs')
  writeFileSync(
    program,
    `const names = {}
for (const each of ${JSON.stringify(specifiers)}) names[each] = Object.keys(await import(each)).sort()
process.stdout.write(JSON.stringify(names) + '\\n')\n`,
  )
  const here = await output(keeper, run, [program])
  const found: string[] = []
  const installed = JSON.parse(here) as Readonly<Record<string, readonly string[]>>
  for (const each of specifiers) {
    const own = Object.keys((await import(each)) as object).toSorted()
    const theirs = installed[each] ?? []
    if (theirs.join() !== own.join()) found.push(`${each} exports ${theirs.join(', ')}`)
    if (own.length === 0) found.push(`${each} exports nothing`)
  }
  return found
}

async function output(keeper: ProcessKeeper, cwd: string, args: readonly string[]): Promise<string> {
  const lines: string[] = []
  await keeper.run({
    name: 'node',
    command: process.execPath,
    args,
    cwd,
    log: join(cwd, 'node.log'),
    timeoutMs: 60_000,
    onLine: (line) => lines.push(line),
  })
  return lines.join('\n')
}

/**
 * Compiles programs that import every entry point, with both kinds of module resolution, and without Node's types where
 * that is documented to work.
 */
export async function types(keeper: ProcessKeeper, { run }: Installed): Promise<readonly string[]> {
  const all = libraryNames.flatMap((library) =>
    entryPoints[library].map((entry, at) => ({ name: `${library}${at}`, from: specifier(library, entry) })),
  )
  const example = readFileSync(new URL('consumer.ts.txt', import.meta.url), 'utf8')
  const program = (entries: typeof all): string =>
    entries.map(({ name, from }) => `import * as ${name} from '${from}'\nexport { ${name} }\n`).join('')
  const browser = all.filter(({ from }) => !nodeOnly.includes(from))
  writeFileSync(join(run, 'browser.ts'), program(browser) + example)
  writeFileSync(join(run, 'node.ts'), program(all) + example)
  const found: string[] = []
  for (const [file, types] of [
    ['browser.ts', []],
    ['node.ts', ['node']],
  ] as const) {
    for (const [module, moduleResolution] of [
      ['nodenext', 'nodenext'],
      ['esnext', 'bundler'],
    ] as const) {
      const said = await compiled(keeper, run, file, { types, module, moduleResolution })
      if (said !== undefined) found.push(`${file} with ${moduleResolution}: ${said}`)
    }
  }
  return found
}

/** Compiles a program, and returns the compiler's errors. */
async function compiled(
  keeper: ProcessKeeper,
  run: string,
  file: string,
  options: { readonly types: readonly string[]; readonly module: string; readonly moduleResolution: string },
): Promise<string | undefined> {
  const compilerOptions = {
    ...options,
    target: 'es2024',
    lib: ['es2024', 'esnext.disposable', 'dom', 'dom.iterable', 'dom.asynciterable'],
    typeRoots: [join(repositoryRoot, 'node_modules/@types')],
    strict: true,
    exactOptionalPropertyTypes: true,
    noEmit: true,
    skipLibCheck: false,
  }
  const project = `tsconfig.${file}.${options.moduleResolution}.json`
  writeFileSync(join(run, project), JSON.stringify({ compilerOptions, files: [file] }))
  const log = join(run, `${project}.log`)
  const { code } = await keeper.runToExit({
    name: 'tsc',
    command: join(repositoryRoot, 'node_modules/.bin/tsc'),
    args: ['-p', project],
    cwd: run,
    log,
    timeoutMs: 120_000,
  })
  return code === 0 ? undefined : readFileSync(log, 'utf8').trim()
}
