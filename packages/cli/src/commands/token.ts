import type { Command } from 'commander'
import { z } from 'zod'
import { decode, type Response } from '../connection/response.ts'
import type { Io } from '../io.ts'
import { readLogin } from '../login/login-file.ts'
import { loginTokenResponse } from '../login/token-response.ts'
import { inSession, type Session } from '../session.ts'

const tokenDecoder = z.object({ access_token: z.string() })

export function registerToken(program: Command, io: Io): void {
  program
    .command('token')
    .description(
      'Prints an access token of the login, renewed when necessary, or of the credential, for ' +
        '`curl -H "Authorization: Bearer $(headgate token)"`. Until it expires, everyone who has the token has your access.',
    )
    .action(
      inSession(io, async (session) => {
        const response = await requestToken(session)
        session.out.result(response, () => decode(tokenDecoder, response).access_token)
      }),
    )
}

/**
 * Requests an access token with the configured login or credential. If neither is configured, uses the default login.
 */
async function requestToken({ client, settings, io, out }: Session): Promise<Response> {
  const { folder } = settings.logins
  if (
    settings.login === undefined &&
    client.clientId === null &&
    (await readLogin(folder, 'default')) !== undefined
  ) {
    return loginTokenResponse({ folder, env: io.env, warn: (text) => out.warn(text) }, 'default')
  }
  return client.token()
}
