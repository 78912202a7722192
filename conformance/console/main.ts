import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { resultCells, resultHead } from '../lib/check-report.ts'
import { leaveNothing, printed, runCommand, say } from '../lib/command.ts'
import { cacheFolder, newRunFolder } from '../lib/paths.ts'
import { ProcessKeeper } from '../lib/process-keeper.ts'
import { runCheck, runChecks } from '../lib/run-checks.ts'
import { textTable } from '../lib/text-table.ts'
import { openFixture } from './fixture.ts'
import { journeyChecks } from './journey-checks.ts'
import { pageChecks } from './page-checks.ts'
import { sessionChecks } from './session-checks.ts'
import { speedChecks } from './speed-checks.ts'

const usage = `npm run test:console -- [options]

Starts a server and runs its web console in Chromium: sign-in, every page in five views, journeys, time and memory.
Screenshots are in .cache/console-pictures.

  --tables N   number of tables in the long list (2000)
  --only NAME  runs one check
  --help

Exit codes: 0 all checks passed, 1 a check failed, 2 the checks could not run.`

const allChecks = [...sessionChecks, ...journeyChecks, ...speedChecks, ...pageChecks]

await runCommand('test:console', async (args) => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      tables: { type: 'string', default: '2000' },
      only: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return printed(usage)
  const { only } = values
  const checks = allChecks.filter(({ name }) => only === undefined || name === only)
  if (checks.length === 0) throw new Error(`there is no check ${only}`)
  await using keeper = new ProcessKeeper()
  const folder = newRunFolder(cacheFolder('console-run'))
  const pictures = cacheFolder('console-pictures')
  await using fixture = await openFixture(keeper, { folder, pictures, tables: Number(values.tables), say })
  const results = await runChecks(
    checks,
    (check) => runCheck(check, fixture, () => undefined),
    say,
    ({ name }) => name,
  )
  console.log(textTable([resultHead, ...results.map(resultCells)]))
  if (results.some(({ outcome }) => outcome === 'failed')) {
    say(`logs: ${join(folder, 'server.log')}`)
    return 1
  }
  return leaveNothing(keeper, folder)
})
