import { parseArgs } from 'node:util'
import { onlyUri } from '../lib/read-flags.ts'
import type { ExistingClient, FixtureOptions } from './fixture.ts'

export const usage = `npm run conformance:identity -- [uri] [options]

Checks how a catalog and its token endpoint identify callers. Without a URI it starts and configures a Headgate server.
With a URI, checks that need other configuration are skipped, and the report contains their prerequisites.

  --warehouse NAME           warehouse to use at the given URI
  --credential ID:SECRET     credential of a client that may use it, or HEADGATE_IDENTITY_CREDENTIAL
  --engine ID:SECRET         credential of an engine that may name users by unsigned tokens, or HEADGATE_IDENTITY_ENGINE
  --user NAME                a user that the engine may name
  --oauth2-server-uri URI    token endpoint (default: <uri>/v1/oauth/tokens)
  --scope SCOPE              requested scope (default: catalog)
  --guess                    also guess secrets until the server limits the requests
  --select ROW|NAME          run only this row or check; may be repeated
  --json                     print the result as JSON
  --help`

export interface IdentityOptions {
  /** Existing server to check. If undefined, the suite starts a server. */
  readonly server: Omit<FixtureOptions, 'lab' | 'trap'> | undefined
  readonly select: readonly string[]
  readonly json: boolean
}

type Environment = Readonly<Record<string, string | undefined>>

/** Parses the command line. Returns undefined for `--help`. Throws an error that describes contradictory options. */
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
        '--warehouse, --credential, --engine and --oauth2-server-uri apply only to an existing server: add its URI',
      )
    return { server: undefined, select, json }
  }
  const engine = parseClient('--engine', values.engine ?? env['HEADGATE_IDENTITY_ENGINE'])
  if ((engine === undefined) !== (user === undefined)) throw new Error('--engine and --user come together')
  const base = uri.replace(/\/+$/, '')
  return {
    server: {
      uri: base,
      tokenUri: values['oauth2-server-uri'] ?? `${base}/v1/oauth/tokens`,
      warehouse,
      scope,
      client: parseClient('--credential', values.credential ?? env['HEADGATE_IDENTITY_CREDENTIAL']),
      engine: engine === undefined || user === undefined ? undefined : { ...engine, user },
      mayGuess: guess,
    },
    select,
    json,
  }
}

function parseClient(flag: string, text: string | undefined): ExistingClient | undefined {
  if (text === undefined) return undefined
  const colon = text.indexOf(':')
  if (colon < 1) throw new Error(`${flag} requires a value of the form ID:SECRET`)
  return { id: text.slice(0, colon), secret: text.slice(colon + 1) }
}
