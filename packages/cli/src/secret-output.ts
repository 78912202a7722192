import type { Json } from '@headgate/json'
import { Option } from 'commander'
import { CliError } from './cli-error.ts'
import { exitCode } from './exit-code.ts'
import type { Io } from './io.ts'
import type { ResultText } from './output/output.ts'
import { details, type Fact } from './output/table.ts'
import { openSecretFile, type SecretFile } from './secret-file.ts'
import type { Session } from './session.ts'

/** Returns the option `--output`, which writes a secret to a file. */
export function outputOption(): Option {
  return new Option(
    '--output <file>',
    'write CLIENT_ID:CLIENT_SECRET to this file (mode 0600) and do not print it',
  )
}

interface SecretResult {
  /** Result of the command, including the secret. */
  readonly result: ResultText
  readonly secret: { readonly clientId: string; readonly clientSecret: string }
  /** JSON result without the secret, which is printed if the secret is written to a file. */
  readonly resultWithoutSecret: Json
  readonly facts?: readonly Fact[]
}

/**
 * Opens the file for a secret before it calls `create`, which creates the secret. A secret would be lost if its file
 * could not be written afterwards. If `create` fails, no file remains.
 *
 * @param mode `new` refuses an existing file, and `replace` replaces it
 */
export async function withSecretFile(
  io: Io,
  output: string | undefined,
  mode: 'new' | 'replace',
  create: (file: SecretFile | null) => Promise<void>,
): Promise<void> {
  if (output === undefined) return create(null)
  await using file = await openSecretFile(io.cwd, output, mode)
  await create(file)
}

/**
 * Writes a new secret to its file, or prints it if there is no file. Tells the user that the server does not store the
 * secret.
 */
export async function showSecret(
  { out }: Session,
  file: SecretFile | null,
  { result, secret, resultWithoutSecret, facts = [] }: SecretResult,
): Promise<void> {
  const { clientId, clientSecret } = secret
  if (file !== null) {
    await writeSecret(
      file,
      `${clientId}:${clientSecret}\n`,
      '`headgate principal rotate` creates another secret.',
    )
    out.result({ json: resultWithoutSecret }, (paint) => (facts.length === 0 ? '' : details(paint, facts)))
    out.note(`The credential of ${clientId} is only in ${file.path}: the server does not store the secret.`)
    return
  }
  out.result(result, (paint) => details(paint, [...facts, ['credential', `${clientId}:${clientSecret}`]]))
  out.note('The secret cannot be shown again: store it now.')
}

/**
 * Writes a new secret to its file.
 *
 * @param next sentence that follows the error message when the file cannot be written
 */
export async function writeSecret(file: SecretFile, text: string, next: string): Promise<void> {
  try {
    await file.write(text)
  } catch (cause) {
    throw new CliError(
      exitCode.usage,
      `The server created a secret, but the secret is lost because ${file.path} could not be written.`,
      { next, cause },
    )
  }
}
