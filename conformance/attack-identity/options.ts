import { parseArgs } from 'node:util'
import { onlyUri, wholeNumber } from '../lib/read-flags.ts'

export const usage = `npm run attack:identity -- [uri] [options]

Attacks the token endpoint and the authentication of a Headgate server with generated cases, and counts the attacks
that succeed. Without a URI it starts a server.

  --cases N                  number of cases in all suites (default: 6000)
  --seconds N                time limit in seconds; remaining cases are skipped (default: no limit)
  --seed N                   seed of the cases; repeats an earlier run (default: from the clock)
  --suite NAME               run only this suite; may be repeated
  --escapes N                stop after this number of escapes (default: 20)
  --list                     print the names of the suites
  --json                     print the result as JSON
  --help

Use a URI of a test server only: the run creates clients, engines, tables and a warehouse there.
  --credential ID:SECRET     credential of an administrator, or HEADGATE_ATTACK_CREDENTIAL
  --warehouse NAME           a warehouse in which tables can be created`

export interface AttackOptions {
  readonly server:
    { readonly uri: string; readonly credential: string; readonly warehouse: string } | undefined
  readonly cases: number
  /** Time limit in seconds. Infinity if the option is not set. */
  readonly seconds: number
  readonly seed: number
  readonly enough: number
  readonly suites: readonly string[]
  readonly list: boolean
  readonly json: boolean
}

/** Parses the command line. Returns undefined for `--help`. Throws an error that describes the invalid option. */
export function readOptions(
  args: readonly string[],
  now: number,
  env: Readonly<Record<string, string | undefined>> = {},
): AttackOptions | undefined {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      cases: { type: 'string', default: '6000' },
      seconds: { type: 'string' },
      seed: { type: 'string', default: String(now % 1_000_000) },
      escapes: { type: 'string', default: '20' },
      suite: { type: 'string', multiple: true, default: [] },
      credential: { type: 'string' },
      warehouse: { type: 'string' },
      list: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return undefined
  const uri = onlyUri(positionals)
  const { warehouse, credential = env['HEADGATE_ATTACK_CREDENTIAL'] } = values
  if (uri === undefined && (warehouse !== undefined || values.credential !== undefined))
    throw new Error('--warehouse and --credential apply only to an existing server: add its URI')
  return {
    server: uri === undefined ? undefined : toServer(uri, warehouse, credential),
    cases: wholeNumber('--cases', values.cases),
    seconds: values.seconds === undefined ? Infinity : wholeNumber('--seconds', values.seconds),
    seed: wholeNumber('--seed', values.seed, 0),
    enough: wholeNumber('--escapes', values.escapes),
    suites: values.suite,
    list: values.list,
    json: values.json,
  }
}

function toServer(
  uri: string,
  warehouse: string | undefined,
  credential: string | undefined,
): AttackOptions['server'] {
  if (warehouse === undefined || credential?.includes(':') !== true)
    throw new Error('an existing server requires --warehouse and --credential ID:SECRET of an administrator')
  return { uri: uri.replace(/\/+$/, ''), warehouse, credential }
}
