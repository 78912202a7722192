import { leaveNothing, printed, runCommand, say } from '../lib/command.ts'
import { cacheFolder, newRunFolder } from '../lib/paths.ts'
import { ProcessKeeper } from '../lib/process-keeper.ts'
import { readOptions, type RefreshOptions, usage } from './options.ts'
import { humanReport, jsonReport, sumTotals } from './report.ts'
import { hangUp } from './s3-request.ts'
import { runSuite } from './suite.ts'
import { openTarget, ownTarget } from './target.ts'

/**
 * Runs the suite. Returns the exit code: 0 if the server passed all checks, 1 if it failed a check, 2 if the suite
 * could not run.
 */
async function main(options: RefreshOptions): Promise<number> {
  await using keeper = new ProcessKeeper()
  const { uri, select, json } = options
  say(uri === undefined ? 'starting a server' : `checking ${uri}`)
  const folder = newRunFolder(cacheFolder('refresh-run'))
  const target =
    uri === undefined ? await ownTarget(keeper, folder, options) : await openTarget({ ...options, uri })
  const result = await runSuite(target, { select, say })
  hangUp()
  console.log(json ? jsonReport(result) : humanReport(result))
  const { ok, failed } = sumTotals(result.results)
  if (failed > 0 || ok === 0) return 1
  return await leaveNothing(keeper, folder)
}

await runCommand('conformance:refresh', async (args) => {
  const options = readOptions(args, process.env)
  return options === undefined ? printed(usage) : await main(options)
})
