import { runCheck, runChecks } from '../lib/run-checks.ts'
import { type Check, type CheckResult, toOutcome } from './check.ts'
import { handingOut } from './checks/handing-out.ts'
import { lifecycle } from './checks/lifecycle.ts'
import { loading } from './checks/loading.ts'
import { refreshing } from './checks/refreshing.ts'
import { expiredToken, refusals } from './checks/refusals.ts'
import { storage } from './checks/storage.ts'
import { namespacePath } from './catalog-client.ts'
import { inShort } from './credential.ts'
import { Fixture, type FixtureOptions } from './fixture.ts'

export interface SuiteResult {
  readonly uri: string
  readonly results: readonly CheckResult[]
}

/** All checks except `expired`, which the run creates with a token. */
const checks: readonly Check[] = [
  ...handingOut,
  ...refreshing,
  ...loading,
  ...refusals,
  ...lifecycle,
  ...storage,
]

/**
 * Runs the checks one after another in a new namespace, and then removes their objects.
 *
 * @param select names of the checks to run; all checks if empty
 */
export async function runSuite(
  options: FixtureOptions,
  { select = [], say }: { readonly select?: readonly string[]; readonly say: (line: string) => void },
): Promise<SuiteResult> {
  const fixture = new Fixture(options)
  await makeNamespace(fixture)
  let results: CheckResult[] = []
  try {
    const wanted = [...checks, await expiredToken(fixture)].filter(
      ({ name }) => select.length === 0 || select.includes(name),
    )
    const run = (check: Check): Promise<CheckResult> => runCheck(check, fixture, toOutcome)
    results = await runChecks(wanted, run, say, ({ name }) => name)
  } finally {
    const left = await fixture.cleanUp()
    for (const line of left) say(`left behind: ${line}`)
    if (left.length > 0) results.push(cleanUpFailed(left))
  }
  return { uri: options.catalog.uri, results }
}

async function makeNamespace({ catalog, options, namespace }: Fixture): Promise<void> {
  for (const place of [options.maker ?? catalog, options.otherWarehouse]) {
    if (place === undefined) continue
    const made = await place.send('POST', `${place.root}namespaces`, { body: { namespace } })
    if (made.status !== 200)
      throw new Error(`creating the namespace ${namespace.join('.')} failed: ${inShort(made)}`)
  }
  const path = namespacePath(catalog, namespace)
  const found = await catalog.send('GET', path)
  if (found.status !== 200) throw new Error(`the created namespace does not exist: ${inShort(found)}`)
}

function cleanUpFailed(left: readonly string[]): CheckResult {
  const about = 'the suite removes the objects that it created'
  return { name: 'clean-up', about, outcome: 'failed', reason: left.join('; '), ms: 0 }
}
