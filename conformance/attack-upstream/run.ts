import type { Random } from '../attack/random.ts'
import { type CaseResult, type RunOptions, type RunResult, runSuites } from '../attack/run-suites.ts'
import type { Fixture } from './fixture.ts'
import { judge } from './oracle.ts'
import type { Evidence, Suite } from './suite.ts'

/** Runs randomly chosen cases of all suites, in proportion to the weights of the suites. */
export async function attackUpstream(
  fixture: Fixture,
  suites: readonly Suite[],
  options: RunOptions,
): Promise<RunResult> {
  return await runSuites(
    suites,
    {
      run: (suite, random) => runCase(fixture, suite, random),
      conclude: (suite) => suite.conclude?.(fixture) ?? [],
    },
    options,
  )
}

async function runCase(fixture: Fixture, suite: Suite, random: Random): Promise<CaseResult> {
  fixture.recorder.requests.length = 0
  const evidence = await tried(fixture, suite, random)
  fixture.recorder.reset()
  const { escapes, broken } = judge(suite, evidence, fixture.secrets)
  const reached = fixture.trap.requests.map(
    ({ method, path }) => `the server sent a request to a forbidden address: ${method} ${path}`,
  )
  fixture.trap.requests.length = 0
  const statuses = evidence.seen.map(({ status }) => status)
  return { what: evidence.what, statuses, escapes: [...escapes, ...reached], broken }
}

async function tried(fixture: Fixture, suite: Suite, random: Random): Promise<Evidence> {
  try {
    return await suite.attack(fixture, random)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    // A server that refuses a request may close the connection before it has read the whole request.
    if (code === 'ECONNRESET' || code === 'EPIPE' || code.startsWith('HPE_'))
      return { what: String(error), seen: [{ status: 400, text: '' }], escapes: [] }
    return { what: String(error), seen: [], escapes: [], broken: 'the case could not be tried' }
  }
}
