import { parseArgs } from 'node:util'
import { countOutcomes, resultCells, resultHead } from '../lib/check-report.ts'
import { leaveNothing, printed, runCommand, say } from '../lib/command.ts'
import { installLance } from '../lib/lance.ts'
import { NotApplicable } from '../lib/outcome.ts'
import { cacheFolder, newRunFolder } from '../lib/paths.ts'
import { ProcessKeeper } from '../lib/process-keeper.ts'
import { onlyUri, parseChoice } from '../lib/read-flags.ts'
import { type CheckResult, runCheck, runChecks } from '../lib/run-checks.ts'
import { safeEnvironment } from '../lib/safe-env.ts'
import { textTable } from '../lib/text-table.ts'
import type { Check, Fixture } from './check.ts'
import { accessChecks } from './checks/access.ts'
import { identifierChecks } from './checks/identifiers.ts'
import { namespaceChecks } from './checks/namespaces.ts'
import { operationChecks } from './checks/operations.ts'
import { tableChecks } from './checks/tables.ts'
import { versionChecks } from './checks/versions.ts'
import { runClients } from './run-clients.ts'
import { ownTarget, referenceTarget, type Target } from './target.ts'
import { openWire } from './wire.ts'

const usage = `npm run conformance:lance [-- [--peer headgate|rest-adapter] [--api-key KEY] [--json] [URI]]

Checks a server of the Lance Namespace by its protocol, and with stock clients of Lance.
  URI         a running server; default: starts a server
  --peer      the server to start: this one (default), or the reference server of pylance
  --api-key   sent to a running server as x-api-key
  --quick     leaves out the stock clients
  --json      prints the results as one JSON document`

type Outcome = 'not served'

interface Options {
  readonly uri: string | undefined
  readonly peer: 'headgate' | 'rest-adapter'
  readonly apiKey: string | undefined
  readonly quick: boolean
  readonly json: boolean
}

const groups: Readonly<Record<string, readonly Check[]>> = {
  namespaces: namespaceChecks,
  tables: tableChecks,
  versions: versionChecks,
  identifiers: identifierChecks,
  operations: operationChecks,
  access: accessChecks,
}

/**
 * Runs the suite. Returns the exit code: 0 if the server passed all checks, 1 if it failed a check, 2 if the suite
 * could not run.
 */
async function main({ uri, peer, apiKey, quick, json }: Options): Promise<number> {
  await using keeper = new ProcessKeeper()
  for (const [name, value] of Object.entries(safeEnvironment())) process.env[name] = value
  const folder = newRunFolder(cacheFolder('lance-run'))
  const needsPython = !quick || (uri === undefined && peer === 'rest-adapter')
  const python = needsPython ? (await installLance(keeper, say)).python : ''
  const target =
    uri !== undefined
      ? openTarget(uri, apiKey)
      : peer === 'headgate'
        ? await ownTarget(keeper, folder)
        : await referenceTarget(keeper, python, folder)
  const results = await checkAll(target)
  if (!quick) results.push(...(await runClients(keeper, target, { python, folder })))
  console.log(
    json ? JSON.stringify({ target: target.title, results }, undefined, 2) : report(target, results),
  )
  if (countOutcomes(results, 'failed') > 0) return 1
  return await leaveNothing(keeper, folder)
}

function openTarget(uri: string, apiKey: string | undefined): Target {
  const headers = apiKey === undefined ? {} : { 'x-api-key': apiKey }
  return {
    title: uri,
    uri: uri.replace(/\/+$/, ''),
    headers,
    access: null,
    viewer: null,
    manageVersions: null,
  }
}

/** Returns the outcome that an error of a check stands for, or undefined if the error is a failure. */
function toOutcome(error: unknown): Outcome | undefined {
  return error instanceof NotApplicable ? 'not served' : undefined
}

async function checkAll({ uri, headers, access }: Target): Promise<CheckResult<Outcome>[]> {
  let count = 0
  const run = Date.now().toString(36)
  const fixture: Fixture = {
    uri,
    headers,
    access,
    wire: openWire(uri, headers),
    name: () => `c${run}-${(count += 1)}`,
  }
  const checks = Object.values(groups).flat()
  return await runChecks(
    checks,
    (check) => runCheck(check, fixture, toOutcome),
    say,
    ({ about }) => about,
  )
}

function report({ title }: Target, results: readonly CheckResult<Outcome>[]): string {
  const [ok, failed, other] = (['ok', 'failed', 'not served'] as const).map((each) =>
    countOutcomes(results, each),
  )
  return [
    textTable([resultHead, ...results.map(resultCells)]),
    '',
    `${title}: ${results.length} checks, ${ok} ok, ${failed} failed, ${other} not served`,
  ].join('\n')
}

await runCommand('conformance:lance', async (args) => {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      peer: { type: 'string', default: 'headgate' },
      'api-key': { type: 'string' },
      quick: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  if (values.help) return printed(usage)
  return await main({
    uri: onlyUri(positionals),
    peer: parseChoice('--peer', values.peer, ['headgate', 'rest-adapter']),
    apiKey: values['api-key'],
    quick: values.quick,
    json: values.json,
  })
})
