import type { Bootstrap } from '@headgate/server'
import type { Command } from 'commander'
import { CliError } from '../cli-error.ts'
import { exitCode } from '../exit-code.ts'
import type { Io } from '../io.ts'
import { outputOption, showSecret, withSecretFile } from '../secret-output.ts'
import { inSession, type Session } from '../session.ts'

interface Options {
  readonly output?: string
  readonly reset?: boolean
}

export function registerBootstrap(program: Command, io: Io): void {
  program
    .command('bootstrap')
    .description(
      'Prepares an empty PostgreSQL database and creates the first administrator. It connects to the database itself: set ' +
        'HEADGATE_DATABASE_URL and HEADGATE_MASTER_KEY (or …_FILE) as for the server. The embedded database does not need it.',
    )
    .addOption(outputOption())
    .option('--reset', 'replace all secrets of the administrator with a new one, when they are lost')
    .action(inSession(io, bootstrap))
}

async function bootstrap(session: Session, { output, reset = false }: Options): Promise<void> {
  const { env } = session.io
  if (!env['HEADGATE_DATABASE_URL'] && !env['HEADGATE_DATABASE_URL_FILE']) {
    throw new CliError(exitCode.usage, 'HEADGATE_DATABASE_URL is not set.', {
      next: 'With the embedded database the server creates the administrator itself, in DATA_DIR/admin-credential.',
    })
  }
  if (reset) await session.confirm('Delete all secrets of the administrator and create a new one?')
  await withSecretFile(session.io, output, 'new', async (file) => {
    session.out.progress('Preparing the database …')
    const result = await bootstrapDatabase(session.io, reset)
    if (!result.created) {
      throw new CliError(exitCode.refused, `There is an administrator already: ${result.clientId}.`, {
        next: 'If its secret is lost, `headgate bootstrap --reset` creates a new one.',
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

async function bootstrapDatabase(io: Io, reset: boolean): Promise<Bootstrap> {
  // Imported here because the server is large, and other commands do not need it.
  const { bootstrapStore } = await import('@headgate/server')
  try {
    return await bootstrapStore(io.env, { reset })
  } catch (error) {
    if (error instanceof Error && error.name === 'ConfigError')
      throw new CliError(exitCode.usage, error.message, { cause: error })
    throw toDatabaseError(error)
  }
}

/** Repeats only messages of Headgate and stable codes, because messages of the driver can contain the connection string. */
function toDatabaseError(error: unknown): CliError {
  if (error instanceof Error && ['HeadgateError', 'MigrationError'].includes(error.name))
    return new CliError(exitCode.unreachable, error.message, { cause: error })
  const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : ''
  return new CliError(exitCode.unreachable, `The database of HEADGATE_DATABASE_URL cannot be used${code}.`, {
    next: 'Check that it is PostgreSQL 15 or newer, and that the user may create tables.',
    cause: error,
  })
}
