import { fileURLToPath } from 'node:url'
import { installClickHouse } from '../install/clickhouse.ts'
import type { EngineAccess } from '../lib/access.ts'
import type { Engine, EngineSettings, Rows, Value } from '../lib/engine.ts'
import { startPythonWorker } from '../lib/python-worker.ts'

/** Starts ClickHouse with the catalog as its database `ice`. A table has the name `ice.\`namespace.table\``. */
export async function startClickHouse(settings: EngineSettings): Promise<Engine> {
  const python = await installClickHouse(settings.keeper, settings.say)
  const worker = startPythonWorker(settings.keeper, {
    name: 'clickhouse',
    python,
    script: fileURLToPath(new URL('main.py', import.meta.url)),
    folder: settings.folder,
  })
  const version = await worker.ask('connect', { connection: toConnection(settings.access) })
  return {
    name: 'clickhouse',
    version: typeof version === 'string' ? version : '',
    sql: async (statement) => (await worker.ask('sql', { statement })) as Rows,
    call: () => Promise.reject(new Error('ClickHouse can run only SQL steps')),
    stop: () => worker.stop(),
  }
}

function toConnection({ uri, warehouse = '', auth, storage }: EngineAccess): Value {
  if (storage.kind !== 'vended') throw new Error('ClickHouse needs a warehouse that vends keys')
  return {
    uri,
    warehouse,
    auth:
      auth.kind === 'credential'
        ? { credential: auth.credential, scope: auth.scope, server_uri: auth.tokenUri }
        : {},
    // The bucket of a warehouse in a directory has the name of the warehouse.
    storage_endpoint: `${storage.endpoint}/${warehouse}`,
  }
}
