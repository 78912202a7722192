import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { resultCells, resultHead } from '../lib/check-report.ts'
import { leaveNothing, printed, runCommand, say } from '../lib/command.ts'
import { cacheFolder, newRunFolder } from '../lib/paths.ts'
import { ProcessKeeper } from '../lib/process-keeper.ts'
import { type Check, runCheck, runChecks } from '../lib/run-checks.ts'
import { textTable } from '../lib/text-table.ts'
import { type Fixture, openFixture } from './fixture.ts'

interface Suite {
  /** Name in `npm run`. */
  readonly name: string
  readonly about: string
  readonly checks: readonly Check<Fixture>[]
  /** Checks of the short form. */
  readonly quick: readonly Check<Fixture>[]
  /** Number of tables in the long list, in both forms. */
  readonly tables: readonly [whole: number, quick: number]
  /** Whether the whole form needs Keycloak. */
  readonly hasKeycloak: boolean
}

const usage = ({ name, about, tables }: Suite): string => `npm run ${name} -- [options]

${about}

  --quick      the short form, without Keycloak, within 90 s
  --tables N   number of tables in the long list (${tables[0]})
  --only LIST  runs only these checks: names, separated by commas
  --help

Exit codes: 0 all checks passed, 1 a check failed, 2 the checks could not run.`

/** Runs the checks of a suite against a new server. */
export async function runSuite(suite: Suite): Promise<void> {
  await runCommand(suite.name, async (args) => {
    const { values } = parseArgs({
      args: [...args],
      options: {
        quick: { type: 'boolean', default: false },
        tables: { type: 'string' },
        only: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    })
    if (values.help) return printed(usage(suite))
    const { quick } = values
    const only = values.only?.split(',')
    const checks = (quick ? suite.quick : suite.checks).filter(
      ({ name }) => only === undefined || only.includes(name),
    )
    if (checks.length === 0) throw new Error(`there is no check ${values.only}`)
    await using keeper = new ProcessKeeper()
    const folder = newRunFolder(cacheFolder(`${suite.name.replace(':', '-')}-run`))
    await using fixture = await openFixture(keeper, {
      folder,
      pictures: cacheFolder('console-pictures'),
      tables: Number(values.tables ?? suite.tables[quick ? 1 : 0]),
      hasKeycloak: suite.hasKeycloak && !quick,
      say,
    })
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
}
