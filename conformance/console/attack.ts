import { join } from 'node:path'
import { resultCells, resultHead } from '../lib/check-report.ts'
import { leaveNothing, printed, runCommand, say } from '../lib/command.ts'
import { cacheFolder, newRunFolder } from '../lib/paths.ts'
import { ProcessKeeper } from '../lib/process-keeper.ts'
import { runCheck, runChecks } from '../lib/run-checks.ts'
import { textTable } from '../lib/text-table.ts'
import { requestAttacks } from './attack-requests.ts'
import { textAttacks } from './attack-texts.ts'
import { openFixture } from './fixture.ts'

const usage = `npm run attack:console -- [--only NAME]

Starts a server and attacks its web console: requests for other origins, stolen and forged cookies and codes, paths, and texts
that a page without protection would run as scripts in Chromium.

Exit codes: 0 all attacks failed, 1 an attack succeeded, 2 the run was not possible.`

await runCommand('attack:console', async (args) => {
  if (args.includes('--help')) return printed(usage)
  const only = args[0] === '--only' ? args[1] : undefined
  const attacks = [...requestAttacks, ...textAttacks].filter(
    ({ name }) => only === undefined || name === only,
  )
  if (attacks.length === 0) throw new Error(`there is no attack ${only}`)
  await using keeper = new ProcessKeeper()
  const folder = newRunFolder(cacheFolder('attack-console-run'))
  const pictures = join(folder, 'pictures')
  await using fixture = await openFixture(keeper, { folder, pictures, tables: 10, say })
  const results = await runChecks(
    attacks,
    (attack) => runCheck(attack, fixture, () => undefined),
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
