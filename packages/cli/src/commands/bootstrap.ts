import type { Bootstrap } from '@headgate/server'
import type { Command } from 'commander'
import { CliError } from '../cli-error.ts'
import { exitCode } from '../exit-code.ts'
import type { Io } from '../io.ts'
import { inSession, type Session } from '../session.ts'
import { outputOption, tellSecret, withSecretPlace } from '../told-secret.ts'

interface Options {
  readonly output?: string
  readonly reset?: boolean
}

export function registerBootstrap(program: Command, io: Io): void {
  program
    .command('bootstrap')
    .description(
      'Prepares an empty PostgreSQL and makes the first administrator. Works on the database itself: set ' +
        'HEADGATE_DATABASE_URL and HEADGATE_MASTER_KEY (or …_FILE) as for the server. The embedded database needs none of it.',
    )
    .addOption(outputOption())
    .option('--reset', 'a way back in: give the administrator a new secret, and take the old ones away')
    .action(inSession(io, bootstrap))
}

async function bootstrap(session: Session, { output, reset = false }: Options): Promise<void> {
  const { env } = session.io
  if (!env['HEADGATE_DATABASE_URL'] && !env['HEADGATE_DATABASE_URL_FILE']) {
    throw new CliError(exitCode.usage, 'HEADGATE_DATABASE_URL is not set.', {
      next: 'With the embedded database the server makes the administrator itself: DATA_DIR/admin-credential holds it.',
    })
  }
  if (reset) await session.confirm('Take all secrets of the administrator away and make a new one?')
  await withSecretPlace(session.io, output, 'new', async (place) => {
    session.out.progress('Preparing the database …')
    const made = await make(session.io, reset)
    if (!made.created) {
      throw new CliError(exitCode.refused, `There is an administrator already: ${made.clientId}.`, {
        next: 'If its secret is lost, `headgate bootstrap --reset` makes a new one.',
      })
    }
    const { clientId, clientSecret } = made
    await tellSecret(session, place, {
      answer: { json: { clientId, clientSecret } },
      secret: { clientId, clientSecret },
      without: { clientId },
    })
  })
}

async function make(io: Io, reset: boolean): Promise<Bootstrap> {
  // Loaded here alone: the server is large, and every other command only talks to one.
  const { bootstrapStore } = await import('@headgate/server')
  try {
    return await bootstrapStore(io.env, { reset })
  } catch (error) {
    if (error instanceof Error && error.name === 'ConfigError')
      throw new CliError(exitCode.usage, error.message, { cause: error })
    throw databaseFailure(error)
  }
}

/** What the driver says may hold the connection string: only our own messages and stable codes are repeated. */
function databaseFailure(error: unknown): CliError {
  if (error instanceof Error && ['HeadgateError', 'MigrationError'].includes(error.name))
    return new CliError(exitCode.unreachable, error.message, { cause: error })
  const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : ''
  return new CliError(exitCode.unreachable, `The database of HEADGATE_DATABASE_URL cannot be used${code}.`, {
    next: 'Is it a PostgreSQL 15 or newer, and may the user make tables?',
    cause: error,
  })
}
