import { type Config, loadConfig } from '../config/config.ts'
import { ConfigError } from '../config/config-error.ts'
import { type Bootstrap, bootstrapAdministrator } from '../identity/bootstrap.ts'
import { migrate } from '../store/migrate.ts'
import { migrations } from '../store/migrations/index.ts'
import { openSql } from '../store/pool.ts'
import { loadMasterKey, loadProvenMasterKey } from './master-key.ts'

/**
 * Prepares an external database and creates its first administrator. Only the result contains the secret of the
 * administrator; the server cannot show it again.
 *
 * @throws ConfigError when no external database or no master key is configured; the embedded database needs no
 *   bootstrap
 */
export async function bootstrapStore(
  environment: NodeJS.ProcessEnv,
  options: { readonly reset: boolean },
): Promise<Bootstrap> {
  const config: Config = await loadConfig(environment, [])
  const url = config.databaseUrl?.reveal()
  if (url === undefined) {
    throw new ConfigError([
      'Set HEADGATE_DATABASE_URL. With the embedded database, the first start creates the administrator.',
    ])
  }
  // Reads the master key now, because an error at the first start of the server would come after the secret was
  // printed.
  await loadMasterKey(config)
  await migrate({ url, migrations })
  await using sql = await openSql({ ...config.database, url })
  await loadProvenMasterKey(config, sql)
  return await bootstrapAdministrator({ sql, reset: options.reset })
}
