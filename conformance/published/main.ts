import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { leaveNothing, runCommand, say } from '../lib/command.ts'
import { cacheFolder } from '../lib/paths.ts'
import { ProcessKeeper } from '../lib/process-keeper.ts'
import { textTable } from '../lib/text-table.ts'
import { buildAndInstall } from './build-and-install.ts'
import { bundles } from './bundle.ts'
import { exportedNames, lint, strayFiles, types } from './checks.ts'

/** Returns the exit code: 0 all checks passed, 1 a check failed, 2 the run was not possible. */
async function main(): Promise<number> {
  await using keeper = new ProcessKeeper()
  // Outside of the workspace, where modules would be found that are not installed.
  const run = mkdtempSync(join(tmpdir(), 'headgate-published-'))
  say('building …')
  const installed = await buildAndInstall(keeper, { run, tarballs: cacheFolder('published') })
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
  return await leaveNothing(keeper, run)
}

await runCommand('conformance:published', main)
