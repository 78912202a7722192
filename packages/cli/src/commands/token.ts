import type { Command } from 'commander'
import { z } from 'zod'
import { type Answer, read } from '../connection/answer.ts'
import type { Io } from '../io.ts'
import { loginAnswer } from '../login/login-answer.ts'
import { readLogin } from '../login/login-file.ts'
import { inSession, type Session } from '../session.ts'

const tokenAnswer = z.object({ access_token: z.string() })

export function registerToken(program: Command, io: Io): void {
  program
    .command('token')
    .description(
      'Prints an access token, for `curl -H "Authorization: Bearer $(headgate token)"`: of the login, renewed when that is due, or ' +
        'of the credential. Whoever has it is you until it expires.',
    )
    .action(
      inSession(io, async (session) => {
        const answer = await tokenOf(session)
        session.out.answer(answer, () => read(tokenAnswer, answer).access_token)
      }),
    )
}

/** Who logged in without saying as what, and has no credential, means that login. */
async function tokenOf({ client, settings, io, out }: Session): Promise<Answer> {
  const { folder } = settings.logins
  if (
    settings.login === undefined &&
    client.clientId === null &&
    (await readLogin(folder, 'default')) !== undefined
  ) {
    return loginAnswer({ folder, env: io.env, warn: (text) => out.warn(text) }, 'default')
  }
  return client.token()
}
