import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { InstalledPackage } from './checks.ts'

const expected =
  /^(package\.json|README\.md|LICENSE|bin\/(headgate|run)\.cjs|dist\/.+\.(js|js\.map|d\.ts)|src\/.+(?<!\.d)\.ts|site\/.+\.(html|js|css|svg)(\.br|\.gz)?)$/
const ofTests =
  /(^|\/)(test|tests|fuzz|fixtures?|generate)\/|\.(test|properties|fuzz|bench|fixture)\.|(^|\/)test-/

/** Returns the faults in the content of a package: unexpected files, missing files, and wrong references. */
export function checkContents({ name, folder, files }: InstalledPackage): readonly string[] {
  const all = new Set(files)
  const needed = ['package.json', 'README.md', 'LICENSE']
  return [
    ...files.filter((path) => !expected.test(path)).map((path) => `${path} is not expected`),
    ...files.filter((path) => ofTests.test(path)).map((path) => `${path} belongs to tests`),
    ...needed.filter((path) => !all.has(path)).map((path) => `${path} is missing`),
    ...checkOutput(all),
    ...checkMaps(folder, files),
    ...checkManifest(folder, all),
    ...files.filter((path) => !existsSync(join(folder, path))).map((path) => `${path} is not installed`),
  ].map((fault) => `${name}: ${fault}`)
}

/** Compares sources with compiled files. Output without a source, and a source without output, is a fault. */
function checkOutput(files: ReadonlySet<string>): readonly string[] {
  const sources = [...files].filter((path) => path.startsWith('src/'))
  const compiled = sources.map((path) => path.replace(/^src\/(.*)\.ts$/, 'dist/$1'))
  const known = new Set(compiled.flatMap((path) => [`${path}.js`, `${path}.js.map`, `${path}.d.ts`]))
  return [
    ...[...files]
      .filter((path) => path.startsWith('dist/') && !known.has(path))
      .map((path) => `${path} has no source`),
    ...[...known].filter((path) => !files.has(path)).map((path) => `${path} is missing`),
  ]
}

interface SourceMap {
  readonly sources: readonly string[]
  readonly sourcesContent?: readonly string[]
  readonly mappings: string
}

/** Checks that each source map names a source file in the package, and does not contain the text of the source. */
function checkMaps(folder: string, files: readonly string[]): readonly string[] {
  return files
    .filter((path) => path.endsWith('.map'))
    .flatMap((path) => {
      const { sources, sourcesContent } = JSON.parse(readFileSync(join(folder, path), 'utf8')) as SourceMap
      const named = sources.map((source) => join(dirname(path), source))
      return [
        ...(sourcesContent === undefined ? [] : [`${path} contains the text of its source`]),
        ...(named.length === 1 ? [] : [`${path} names ${named.length} sources`]),
        ...named
          .filter((source) => !files.includes(source))
          .map((source) => `${path} names ${source}, which is missing`),
      ]
    })
}

interface Manifest {
  readonly bin?: Readonly<Record<string, string>>
  readonly exports: unknown
  readonly imports?: unknown
  readonly scripts?: Readonly<Record<string, string>>
}

/**
 * Checks that the package contains every file that package.json names under any condition, and that npm runs no script
 * on install.
 */
function checkManifest(folder: string, files: ReadonlySet<string>): readonly string[] {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest
  const targets = [manifest.bin, manifest.exports, manifest.imports].flatMap(listTargets)
  return [
    ...targets
      .filter((path) => !files.has(path.replace(/^\.\//, '')))
      .map((path) => `package.json names ${path}, which is missing`),
    ...(targets.length === 0 ? ['package.json names no entry point'] : []),
    ...Object.keys(manifest.scripts ?? {}).map((script) => `package.json has the script ${script}`),
  ]
}

/** Returns all files that an `exports`, `imports` or `bin` member names, at any depth. */
function listTargets(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(listTargets) : []
}
