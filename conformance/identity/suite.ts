import { runCheck, runChecks } from '../lib/run-checks.ts'
import { type Check, type CheckResult, toOutcome } from './check.ts'
import { edges } from './rows/edges.ts'
import { endpoint } from './rows/endpoint.ts'
import { behindEngines } from './rows/engines.ts'
import { inbound } from './rows/inbound.ts'
import { onward } from './rows/onward.ts'
import { signatures } from './rows/signatures.ts'
import { Fixture, type FixtureOptions } from './fixture.ts'

/** Rows of the table of identity features, keyed by their number. At least one check belongs to each row. */
export const rows: Readonly<Record<string, string>> = {
  S1: 'external OIDC JWT',
  S2: 'several issuers at once',
  S3: 'aud mandatory',
  S4: 'alg and typ policy',
  S5: 'opaque tokens (RFC 7662)',
  S6: 'workload identity',
  S7: 'claim to principal',
  S8: 'principals at first login',
  S9: 'groups from claims',
  S10: 'token endpoint',
  S11: 'RFC 8693 with an authenticated client',
  S12: 'renewal by exchange, with a cap',
  S13: 'act and may_act',
  S14: 'registry of engines',
  S15: 'narrower tokens',
  S16: 'signed engine assertion',
  S17: 'Iceberg’s dialect, safely',
  S18: 'RFC 8414 and 9728',
  S19: 'DPoP and mTLS-bound tokens',
  S20: 'replay, revocation, disabling at once',
  S21: 'audit with user, engine and query',
  S22: 'user in storage credentials',
  S23: 'SigV4 inbound',
  S24: 'user onward to other catalogs',
  S25: 'rate limits',
  S26: 'headers do not identify callers',
}

export const checks: readonly Check[] = [
  ...inbound,
  ...endpoint,
  ...behindEngines,
  ...edges,
  ...onward,
  ...signatures,
].toSorted((a, b) => Number(a.row.slice(1)) - Number(b.row.slice(1)))

export interface SuiteResult {
  readonly uri: string
  readonly results: readonly CheckResult[]
}

/**
 * Runs the checks of the identity suite against a server.
 *
 * @param select rows (such as `S13`) or names of the checks to run; all checks if empty
 */
export async function runSuite(
  options: FixtureOptions,
  { select = [], say }: { readonly select?: readonly string[]; readonly say: (line: string) => void },
): Promise<SuiteResult> {
  const fixture = new Fixture(options)
  const wanted = checks.filter(
    ({ row, name }) => select.length === 0 || select.includes(row) || select.includes(name),
  )
  const results = await runChecks(
    wanted,
    async (check) => ({ row: check.row, ...(await runCheck(check, fixture, toOutcome)) }),
    say,
    ({ row, name }) => `${row} ${name}`,
  )
  return { uri: options.uri, results }
}
