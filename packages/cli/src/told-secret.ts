import type { Json } from '@headgate/json'
import { Option } from 'commander'
import { CliError } from './cli-error.ts'
import { exitCode } from './exit-code.ts'
import type { Io } from './io.ts'
import type { AnswerText } from './output/output.ts'
import { details, type Fact } from './output/table.ts'
import { openSecretFile, type SecretFile } from './secret-file.ts'
import type { Session } from './session.ts'

/** `--output`: where a secret goes instead of to the screen. */
export function outputOption(): Option {
  return new Option(
    '--output <file>',
    'write CLIENT_ID:CLIENT_SECRET to this file (mode 0600), not to the screen',
  )
}

interface Told {
  /** The answer with the secret in it. */
  readonly answer: AnswerText
  readonly secret: { readonly clientId: string; readonly clientSecret: string }
  /** What is said instead when the secret goes to a file. */
  readonly without: Json
  readonly about?: readonly Fact[]
}

/**
 * Makes sure that a secret can be kept before it is made: opens the file, runs `make`, and takes the file away again
 * when that fails.
 *
 * @param mode `new`: a file that is there already is refused; `replace`: it is replaced
 */
export async function withSecretPlace(
  io: Io,
  output: string | undefined,
  mode: 'new' | 'replace',
  make: (place: SecretFile | null) => Promise<void>,
): Promise<void> {
  if (output === undefined) return make(null)
  await using file = await openSecretFile(io.cwd, output, mode)
  await make(file)
}

/** Shows a secret, or writes it to its file; either way it is said that this was the only time. */
export async function tellSecret(
  { out }: Session,
  place: SecretFile | null,
  { answer, secret, without, about = [] }: Told,
): Promise<void> {
  const { clientId, clientSecret } = secret
  if (place !== null) {
    await keep(place, `${clientId}:${clientSecret}\n`)
    out.answer({ json: without }, (paint) => (about.length === 0 ? '' : details(paint, about)))
    out.note(`The credential of ${clientId} is in ${place.path}. It is kept nowhere else.`)
    return
  }
  out.answer(answer, (paint) => details(paint, [...about, ['credential', `${clientId}:${clientSecret}`]]))
  out.note('The secret is shown this once and is kept nowhere: store it now.')
}

async function keep(place: SecretFile, text: string): Promise<void> {
  try {
    await place.write(text)
  } catch (cause) {
    throw new CliError(
      exitCode.usage,
      `The secret was made, but ${place.path} could not be written: it is lost.`,
      {
        next: '`headgate principal rotate` makes another one.',
        cause,
      },
    )
  }
}
