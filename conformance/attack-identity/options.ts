import { parseArgs } from 'node:util'
import { onlyUri, wholeNumber } from '../lib/read-flags.ts'

export const usage = `npm run attack:identity -- [uri] [options]

Attacks the token endpoint and the authentication of a Headgate server with generated cases, and counts what got
through. Without a URI it starts a server of its own.

  --cases N                  cases over all families (default: 6000)
  --seconds N                stop after so long (default: 600)
  --seed N                   the same cases as another run (default: by the clock)
  --family NAME              only this family; may be repeated
  --escapes N                stop after so many (default: 20)
  --list                     print the families
  --json                     print the result as JSON
  --help

At a given URI, which should be that of a server for tests: clients, engines, tables and a warehouse are made there.
  --credential ID:SECRET     of an administrator, or HEADGATE_ATTACK_CREDENTIAL
  --warehouse NAME           a warehouse in which tables can be made`

export interface AttackOptions {
  readonly given:
    { readonly uri: string; readonly credential: string; readonly warehouse: string } | undefined
  readonly cases: number
  readonly seconds: number
  readonly seed: number
  readonly enough: number
  readonly families: readonly string[]
  readonly list: boolean
  readonly json: boolean
}

/** Reads the command line; undefined when help was asked for. Throws with a sentence for what cannot be. */
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
      seconds: { type: 'string', default: '600' },
      seed: { type: 'string', default: String(now % 1_000_000) },
      escapes: { type: 'string', default: '20' },
      family: { type: 'string', multiple: true, default: [] },
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
    throw new Error('--warehouse and --credential are for a given server: give its URI')
  return {
    given: uri === undefined ? undefined : givenServer(uri, warehouse, credential),
    cases: wholeNumber('--cases', values.cases),
    seconds: wholeNumber('--seconds', values.seconds),
    seed: wholeNumber('--seed', values.seed, 0),
    enough: wholeNumber('--escapes', values.escapes),
    families: values.family,
    list: values.list,
    json: values.json,
  }
}

function givenServer(
  uri: string,
  warehouse: string | undefined,
  credential: string | undefined,
): AttackOptions['given'] {
  if (warehouse === undefined || credential?.includes(':') !== true)
    throw new Error('a given server needs --warehouse and --credential ID:SECRET of an administrator')
  return { uri: uri.replace(/\/+$/, ''), warehouse, credential }
}
