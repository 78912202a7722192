import { cpSync, mkdirSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startReferenceServer } from '../lance-client/reference-server.ts'
import { findChromium } from '../lib/chromium.ts'
import { leaveNothing, printed, runCommand, say } from '../lib/command.ts'
import { startHeadgate } from '../lib/headgate-server.ts'
import { installLance } from '../lib/lance.ts'
import { ProcessKeeper } from '../lib/process-keeper.ts'
import { buildAndInstall } from '../published/build-and-install.ts'
import { libraryNames } from '../published/packages.ts'
import { bundlePage } from './bundle-page.ts'
import { startChromium } from './chromium.ts'
import { installRuntimes } from './install.ts'
import { readResults } from './run-program.ts'
import { settingsFor } from './settings.ts'
import { startSuiteServer } from './suite-server.ts'

const usage = `npm run conformance:runtimes

Packs the libraries as they are published, and lets one program use them in Node, Bun, Deno and Chromium.
Chromium is left out where it is not on the PATH; CHROMIUM names one.`

/**
 * Runs the programs in all runtimes. Returns the exit code: 0 if all checks passed, 1 if a check failed, 2 if the
 * suite could not run.
 */
async function main(): Promise<number> {
  await using keeper = new ProcessKeeper()
  const runtimes = await installRuntimes(keeper, say)
  const { python, node } = await installLance(keeper, say)
  const chromium = findChromium()
  // The folder is outside of the workspace, because Node would otherwise find modules of the workspace that
  // are not installed.
  const run = mkdtempSync(join(tmpdir(), 'headgate-runtimes-'))
  say('building …')
  const installed = await buildAndInstall(keeper, { run, tarballs: join(run, 'tarballs') }, libraryNames)
  cpSync(join(import.meta.dirname, 'programs'), run, { recursive: true })
  await using server = await startSuiteServer()
  const headgate = await startHeadgate(keeper, {
    dataDir: join(run, 'data'),
    log: join(run, 'headgate.log'),
    env: { HEADGATE_CORS_ORIGINS: server.origin },
  })
  const root = join(run, 'lance')
  mkdirSync(root)
  const lance = await startReferenceServer(keeper, 'lance-server', {
    python,
    folder: run,
    properties: { root },
  })
  server.serve({
    settings: await settingsFor(keeper, installed, headgate, node),
    files: await bundlePage(run),
    lance,
  })

  const starts = runtimes.map(({ name, command, args }) => ({
    name,
    start: () =>
      keeper.start({
        name,
        command,
        args: [...args, 'command-line.mjs', server.origin],
        cwd: run,
        log: join(run, `${name.replace(' ', '-')}.log`),
      }),
  }))
  if (chromium !== undefined) {
    const start = () => startChromium(keeper, { command: chromium, url: `${server.origin}/`, folder: run })
    starts.push({ name: 'chromium', start })
  }
  const totals: string[] = []
  let failed = 0
  for (const { name, start } of starts) {
    const results = await readResults(server, start)
    for (const { title, reason } of results)
      console.log(reason === null ? `ok    ${name}: ${title}` : `FAIL  ${name}: ${title}: ${reason}`)
    const bad = results.filter(({ reason }) => reason !== null).length
    totals.push(`${name}: ${results.length} checks, ${results.length - bad} ok, ${bad} failed`)
    failed += bad
  }
  if (chromium === undefined)
    totals.push('chromium is not installed (apt-get install chromium), so its checks are skipped')
  console.log(`\n${totals.join('\n')}`)
  if (failed > 0) return 1
  return await leaveNothing(keeper, run)
}

await runCommand('conformance:runtimes', async (args) => (args.length > 0 ? printed(usage) : await main()))
