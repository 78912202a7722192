import { CliError } from '../cli-error.ts'
import { isLoopback } from '../connection/settings.ts'
import { exitCode } from '../exit-code.ts'

/**
 * Throws an error if the token of a login would be sent without encryption to another machine, or to another server
 * than that of the login.
 *
 * @param server Origin of the only server that may receive the token, or undefined if any server may receive it.
 * @throws CliError with the exit code `usage`
 */
export function checkLoginTarget(name: string, server: string | undefined, target: string): void {
  const { protocol, hostname, host, origin } = new URL(target)
  if (protocol !== 'https:' && !isLoopback(hostname)) {
    throw new CliError(
      exitCode.usage,
      `The token of the login ${name} is not sent to ${host}, because the connection is not encrypted, and everyone who reads the token could act as you.`,
      { next: 'Use https, or an encrypted tunnel that ends on 127.0.0.1.' },
    )
  }
  if (server !== undefined && server !== origin) {
    throw new CliError(exitCode.usage, `The login ${name} is for ${server}, not for ${origin}.`, {
      next: `\`headgate login ${name} --url ${origin}\` replaces it with a login for that server. Use another name to keep both.`,
    })
  }
}
