import type { Command } from 'commander'
import { z } from 'zod'
import { read } from '../connection/answer.ts'
import type { Io } from '../io.ts'
import { inSession } from '../session.ts'

const tokenAnswer = z.object({ access_token: z.string() })

export function registerToken(program: Command, io: Io): void {
  program
    .command('token')
    .description(
      'Prints an access token, for `curl -H "Authorization: Bearer $(headgate token)"`. Whoever has it is you until it expires.',
    )
    .action(
      inSession(io, async ({ client, out }) => {
        const answer = await client.token()
        out.answer(answer, () => read(tokenAnswer, answer).access_token)
      }),
    )
}
