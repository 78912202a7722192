import { type Config, readConfig } from '../config/config.ts'
import { ConfigError } from '../config/config-error.ts'
import { type Bootstrap, bootstrapAdministrator } from '../identity/bootstrap.ts'
import { migrate } from '../store/migrate.ts'
import { migrations } from '../store/migrations/index.ts'
import { openSql } from '../store/pool.ts'
import { masterKeyOf, provenMasterKeyOf } from './master-key.ts'

/**
 * Prepares an external database and makes its first administrator, whose secret is in the answer and nowhere else.
 *
 * @throws ConfigError when no external database or no master key is configured; the embedded one needs none of this
 */
export async function bootstrapStore(
  environment: NodeJS.ProcessEnv,
  options: { readonly reset: boolean },
): Promise<Bootstrap> {
  const config: Config = readConfig(environment, [])
  const url = config.databaseUrl?.reveal()
  if (url === undefined) {
    throw new ConfigError([
      'Set HEADGATE_DATABASE_URL: the embedded database makes its administrator itself, at the first start.',
    ])
  }
  // A key that cannot be read would only be found at the first start, after the secret was told.
  await masterKeyOf(config)
  await migrate({ url, migrations })
  await using sql = await openSql({ ...config.database, url })
  await provenMasterKeyOf(config, sql)
  return await bootstrapAdministrator({ sql, reset: options.reset })
}
