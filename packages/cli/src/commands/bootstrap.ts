import type { Bootstrap } from '@headgate/server'
import { type Command, Option } from 'commander'
import { CliError } from '../cli-error.ts'
import { exitCode } from '../exit-code.ts'
import type { Io } from '../io.ts'
import { outputOption, showSecret, withSecretFile } from '../secret-output.ts'
import { inSession, type Session } from '../session.ts'

interface Options {
  readonly config?: string
  readonly output?: string
  readonly reset?: boolean
  readonly ifNeeded?: boolean
}

export function registerBootstrap(program: Command, io: Io): void {
  program
    .command('bootstrap')
    .description(
      'Prepares an empty PostgreSQL database and creates the first administrator. It connects to the database itself: set ' +
        'HEADGATE_DATABASE_URL and HEADGATE_MASTER_KEY (or …_FILE) as for the server, or use its configuration file. The ' +
        'embedded database does not need it.',
    )
    .option('--config <file>', 'configuration file of the server, or HEADGATE_CONFIG')
    .addOption(outputOption())
    .addOption(
      new Option('--if-needed', 'succeed without a change if an administrator already exists').conflicts(
        'reset',
      ),
    )
    .option(
      '--reset',
      'replace all secrets of the administrator with a new one, for example if the secret is lost',
    )
    .action(inSession(io, bootstrap))
}

async function bootstrap(
  session: Session,
  { config, output, reset = false, ifNeeded = false }: Options,
): Promise<void> {
  const env: Io['env'] = { ...session.io.env, ...(config === undefined ? {} : { HEADGATE_CONFIG: config }) }
  const sources = ['HEADGATE_DATABASE_URL', 'HEADGATE_DATABASE_URL_FILE', 'HEADGATE_CONFIG']
  if (sources.every((name) => !env[name])) {
    throw new CliError(exitCode.usage, 'HEADGATE_DATABASE_URL is not set.', {
      next: 'With the embedded database the server creates the administrator itself, in DATA_DIR/admin-credential.',
    })
  }
  if (reset) await session.confirm('Delete all secrets of the administrator and create a new one?')
  // Keeps the credential file of an earlier run, unless the database is new.
  await withSecretFile(session.io, output, ifNeeded ? 'replace' : 'new', async (file) => {
    session.out.progress('Preparing the database …')
    const result = await bootstrapDatabase(env, reset)
    if (!result.created && ifNeeded) {
      const { clientId } = result
      session.out.result({ json: { clientId } }, () => '')
      session.out.note(`An administrator already exists: ${clientId}. Nothing was changed.`)
      return
    }
    if (!result.created) {
      throw new CliError(exitCode.refused, `An administrator already exists: ${result.clientId}.`, {
        next: 'If the secret of the administrator is lost, `headgate bootstrap --reset` creates a new one.',
      })
    }
    const { clientId, clientSecret } = result
    await showSecret(session, file, {
      result: { json: { clientId, clientSecret } },
      secret: { clientId, clientSecret },
      resultWithoutSecret: { clientId },
    })
  })
}

async function bootstrapDatabase(env: Io['env'], reset: boolean): Promise<Bootstrap> {
  // Imported here because the server is large, and other commands do not need it.
  const { bootstrapStore } = await import('@headgate/server')
  try {
    return await bootstrapStore(env, { reset })
  } catch (error) {
    if (error instanceof Error && error.name === 'ConfigError')
      throw new CliError(exitCode.usage, error.message, { cause: error })
    throw toDatabaseError(error)
  }
}

/**
 * Converts a database error to an error for the user. It contains only messages of Headgate and error codes, because
 * messages of the PostgreSQL driver can contain the connection string.
 */
function toDatabaseError(error: unknown): CliError {
  if (error instanceof Error && ['HeadgateError', 'MigrationError'].includes(error.name))
    return new CliError(exitCode.unreachable, error.message, { cause: error })
  const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : ''
  return new CliError(exitCode.unreachable, `The database of HEADGATE_DATABASE_URL cannot be used${code}.`, {
    next: 'Check that it is PostgreSQL 15 or newer, and that the user may create tables.',
    cause: error,
  })
}
