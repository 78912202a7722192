import { fileURLToPath } from 'node:url'
import { installDuckDb } from '../install/duckdb.ts'
import type { Engine, EngineSettings, Rows, Value } from '../lib/engine.ts'
import { startPythonWorker } from '../lib/python-worker.ts'

/** Starts DuckDB, with the warehouse attached as the database `ice`. */
export async function startDuckDb(settings: EngineSettings): Promise<Engine> {
  const python = await installDuckDb(settings.keeper, settings.say)
  const worker = startPythonWorker(settings.keeper, {
    name: 'duckdb',
    python,
    script: fileURLToPath(new URL('main.py', import.meta.url)),
    folder: settings.folder,
  })
  const { access } = settings
  const { auth, storage } = access
  const connection: Record<string, Value> = {
    uri: access.uri,
    warehouse: access.warehouse ?? '',
    auth: auth.kind === 'token' ? { token: auth.token } : auth.kind === 'credential' ? oauth(auth) : {},
    storage: storage.kind === 's3' ? { ...storage } : { kind: storage.kind },
  }
  const version = await worker.ask('connect', { connection })
  return {
    name: 'duckdb',
    version: typeof version === 'string' ? version : '',
    sql: async (statement) => (await worker.ask('sql', { statement })) as Rows,
    call: () => Promise.reject(new Error('DuckDB can run only SQL steps')),
    stop: () => worker.stop(),
  }
}

function oauth(auth: {
  readonly credential: string
  readonly scope: string
  readonly tokenUri: string
}): Value {
  const colon = auth.credential.indexOf(':')
  return {
    client_id: auth.credential.slice(0, colon),
    client_secret: auth.credential.slice(colon + 1),
    scope: auth.scope,
    server_uri: auth.tokenUri,
  }
}
