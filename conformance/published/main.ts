import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cacheFolder, repositoryRoot } from '../lib/paths.ts'
import { ProcessKeeper } from '../lib/process-keeper.ts'
import { textTable } from '../lib/text-table.ts'
import { bundles } from './bundle.ts'
import { exportedNames, lint, strayFiles, types, type Installed } from './checks.ts'
import { packAndInstall, type Packed } from './pack.ts'
import { libraryNames } from './packages.ts'

/** Exit code: 0 all is right, 1 something is not, 2 it could not run. */
async function main(): Promise<number> {
  await using keeper = new ProcessKeeper()
  // Nowhere below the workspace: what is not installed must not be found there.
  const run = mkdtempSync(join(tmpdir(), 'headgate-published-'))
  const tarballs = cacheFolder('published')
  rmSync(tarballs, { recursive: true, force: true })
  mkdirSync(tarballs, { recursive: true })
  console.error('building …')
  await build(keeper, run)
  const packed: Packed[] = []
  for (const library of libraryNames) packed.push(await packAndInstall(keeper, library, { run, tarballs }))
  installThirdParties(run)
  const installed: Installed = { run, packed }
  const { failures, bundled } = await bundles(installed)
  const found = {
    publint: await lint(installed),
    files: strayFiles(installed),
    names: await exportedNames(keeper, installed),
    types: await types(keeper, installed),
    bundles: failures,
  }
  for (const [check, reasons] of Object.entries(found)) {
    console.log(
      reasons.length === 0 ? `ok    ${check}` : reasons.map((why) => `FAIL  ${check}: ${why}`).join('\n'),
    )
  }
  console.log(
    `\nbundled for browsers, minified, gzip:\n${textTable([
      ['', 'bytes at once', 'later'],
      ...bundled.map(({ title, bytes, laterBytes }) => [title, bytes, laterBytes]),
    ])}`,
  )
  if (Object.values(found).flat().length > 0) return 1
  rmSync(run, { recursive: true, force: true })
  return 0
}

async function build(keeper: ProcessKeeper, run: string): Promise<void> {
  const folders = libraryNames.map((library) => join('packages', library))
  // From nothing: what was compiled from a file that is gone must not be published.
  for (const folder of folders) {
    rmSync(join(repositoryRoot, folder, 'dist'), { recursive: true, force: true })
    rmSync(join(repositoryRoot, folder, 'tsconfig.tsbuildinfo'), { force: true })
  }
  await keeper.run({
    name: 'tsc',
    command: join(repositoryRoot, 'node_modules/.bin/tsc'),
    args: ['-b', ...folders],
    cwd: repositoryRoot,
    log: join(run, 'build.log'),
    timeoutMs: 300_000,
  })
}

/** What npm would install beside: the only package that is not ours. */
function installThirdParties(run: string): void {
  const name = 'oauth4webapi'
  const from = join(repositoryRoot, 'node_modules', name)
  if (!existsSync(from)) throw new Error(`${name} is not installed: npm ci`)
  symlinkSync(from, join(run, 'node_modules', name))
}

try {
  process.exitCode = await main()
} catch (error) {
  console.error(`conformance:published: ${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = 2
}
