import { parseArgs } from 'node:util'
import { onlyUri } from '../lib/read-flags.ts'
import type { GivenClient, WorldOptions } from './world.ts'

export const usage = `npm run conformance:identity -- [uri] [options]

Checks how a catalog and its token endpoint know who calls. Without a URI it starts a Headgate server of its own, in
which everything can be set up; with one, what cannot be set up there is not checked, and it is said what it would take.

  --warehouse NAME           warehouse to use at the given URI
  --credential ID:SECRET     a client that may use it, or HEADGATE_IDENTITY_CREDENTIAL
  --engine ID:SECRET         an engine that may state users by unsigned tokens, or HEADGATE_IDENTITY_ENGINE
  --user NAME                one of them
  --oauth2-server-uri URI    token endpoint (default: <uri>/v1/oauth/tokens)
  --scope SCOPE              scope to ask for (default: catalog)
  --guess                    also guess secrets until the server has enough
  --select ROW|NAME          only this row or check; may be repeated
  --json                     print the result as JSON
  --help`

export interface IdentityOptions {
  /** Undefined: a server of its own. */
  readonly given: Omit<WorldOptions, 'lab' | 'trap'> | undefined
  readonly select: readonly string[]
  readonly json: boolean
}

type Environment = Readonly<Record<string, string | undefined>>

/** Reads the command line; undefined when help was asked for. Throws with a sentence on contradictions. */
export function readOptions(args: readonly string[], env: Environment = {}): IdentityOptions | undefined {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      warehouse: { type: 'string' },
      credential: { type: 'string' },
      engine: { type: 'string' },
      user: { type: 'string' },
      'oauth2-server-uri': { type: 'string' },
      scope: { type: 'string', default: 'catalog' },
      guess: { type: 'boolean', default: false },
      select: { type: 'string', multiple: true, default: [] },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return undefined
  const { select, json, user, warehouse, scope, guess } = values
  const uri = onlyUri(positionals)
  if (uri === undefined) {
    const foreign = [warehouse, values.credential, values.engine, user, values['oauth2-server-uri']]
    if (foreign.some((value) => value !== undefined))
      throw new Error(
        '--warehouse, --credential, --engine and --oauth2-server-uri are for a given server: give its URI',
      )
    return { given: undefined, select, json }
  }
  const engine = clientOf('--engine', values.engine ?? env['HEADGATE_IDENTITY_ENGINE'])
  if ((engine === undefined) !== (user === undefined)) throw new Error('--engine and --user come together')
  const base = uri.replace(/\/+$/, '')
  return {
    given: {
      uri: base,
      tokenUri: values['oauth2-server-uri'] ?? `${base}/v1/oauth/tokens`,
      warehouse,
      scope,
      client: clientOf('--credential', values.credential ?? env['HEADGATE_IDENTITY_CREDENTIAL']),
      engine: engine === undefined || user === undefined ? undefined : { ...engine, user },
      mayGuess: guess,
    },
    select,
    json,
  }
}

function clientOf(flag: string, text: string | undefined): GivenClient | undefined {
  if (text === undefined) return undefined
  const colon = text.indexOf(':')
  if (colon < 1) throw new Error(`${flag} takes ID:SECRET`)
  return { id: text.slice(0, colon), secret: text.slice(colon + 1) }
}
