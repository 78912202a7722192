import { type Config, readConfig } from '../config/config.ts'
import { ConfigError } from '../config/config-error.ts'
import { type Bootstrap, bootstrapAdministrator } from '../identity/bootstrap.ts'
import { migrate } from '../store/migrate.ts'
import { migrations } from '../store/migrations/index.ts'
import { openSql } from '../store/pool.ts'
import { masterKeyOf, provenMasterKeyOf } from './master-key.ts'

/**
 * Prepares an external database and creates its first administrator. Only the result contains its secret.
 *
 * @throws ConfigError when no external database or no master key is configured; the embedded database needs no bootstrap
 */
export async function bootstrapStore(
  environment: NodeJS.ProcessEnv,
  options: { readonly reset: boolean },
): Promise<Bootstrap> {
  const config: Config = readConfig(environment, [])
  const url = config.databaseUrl?.reveal()
  if (url === undefined) {
    throw new ConfigError([
      'Set HEADGATE_DATABASE_URL. With the embedded database, the first start creates the administrator.',
    ])
  }
  // Otherwise an unreadable key would be noticed at the first start, after the secret was printed.
  await masterKeyOf(config)
  await migrate({ url, migrations })
  await using sql = await openSql({ ...config.database, url })
  await provenMasterKeyOf(config, sql)
  return await bootstrapAdministrator({ sql, reset: options.reset })
}
