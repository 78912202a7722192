import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { installPyIceberg } from '../lib/pyiceberg.ts'
import { leaveNothing, printed, runCommand, say } from '../lib/command.ts'
import { cacheFolder } from '../lib/paths.ts'
import { ProcessKeeper } from '../lib/process-keeper.ts'
import { textTable } from '../lib/text-table.ts'
import { buildAndInstall } from './build-and-install.ts'
import { bundles } from './bundle.ts'
import { checkProgram, checkTooOld } from './check-program.ts'
import { exportedNames, lint, types } from './checks.ts'
import { checkContents } from './contents.ts'
import { installNodeVersions } from './node-versions.ts'
import { packageNames } from './packages.ts'

const usage = `npm run conformance:published

Packs every package as it is published, installs the tarballs in empty folders and checks them: their content, their
entry points, and the program on the oldest supported Node, on the current one, and on one that is too old.
The tarballs and the list of their files stay in .cache/published.`

/** Returns the exit code: 0 if all checks passed, 1 if a check failed, 2 if the run was not possible. */
async function main(): Promise<number> {
  await using keeper = new ProcessKeeper()
  const { supported, tooOld, ancient } = await installNodeVersions(keeper, say)
  const python = await installPyIceberg(keeper, say)
  // The folder is outside of the workspace, because Node would otherwise find modules of the workspace that
  // are not installed.
  const run = mkdtempSync(join(tmpdir(), 'headgate-published-'))
  const tarballs = cacheFolder('published')
  say('building …')
  const installed = await buildAndInstall(keeper, { run, tarballs }, packageNames)
  const lists = installed.packages.map(
    ({ name, files }) => `${name}\n${files.map((path) => `  ${path}\n`).join('')}`,
  )
  writeFileSync(join(tarballs, 'contents.txt'), lists.join('\n'))
  const { failures, bundled } = await bundles(installed)
  const found: Record<string, readonly string[]> = {
    publint: await lint(installed),
    contents: installed.packages.flatMap((each) => checkContents(each)),
    names: await exportedNames(keeper, installed),
    types: await types(keeper, installed),
    bundles: failures,
  }
  const seconds: string[] = []
  for (const node of supported) {
    say(`installing and serving with Node ${node.version} …`)
    const checks = await checkProgram(keeper, installed, node, python)
    found[`program on Node ${node.version}`] = checks.faults
    seconds.push(
      `Node ${node.version}: ${checks.seconds.toFixed(1)} s from npx headgate serve to the first table`,
    )
  }
  found[`sentence on Node ${tooOld.version}`] = await checkTooOld(keeper, installed, tooOld, 'npx')
  found[`sentence on Node ${ancient.version}`] = await checkTooOld(keeper, installed, ancient, 'node')
  for (const [check, reasons] of Object.entries(found)) {
    console.log(
      reasons.length === 0 ? `ok    ${check}` : reasons.map((why) => `FAIL  ${check}: ${why}`).join('\n'),
    )
  }
  console.log(
    `\ntarballs in ${tarballs}, with their files in contents.txt:\n${textTable([
      ['', 'files', 'bytes', 'unpacked'],
      ...installed.packages.map(({ name, files, bytes, unpackedBytes }) => [
        name,
        files.length,
        bytes,
        unpackedBytes,
      ]),
    ])}`,
  )
  console.log(
    `\nbundled for browsers, minified, gzip:\n${textTable([
      ['', 'bytes at once', 'later'],
      ...bundled.map(({ title, bytes, laterBytes }) => [title, bytes, laterBytes]),
    ])}`,
  )
  console.log(`\n${seconds.join('\n')}`)
  if (Object.values(found).flat().length > 0) return 1
  return await leaveNothing(keeper, run)
}

await runCommand('conformance:published', async (args) => (args.length > 0 ? printed(usage) : await main()))
