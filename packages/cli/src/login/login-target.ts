import { CliError } from '../cli-error.ts'
import { isLoopback } from '../connection/settings.ts'
import { exitCode } from '../exit-code.ts'

/**
 * Refuses to send the token of a login to where others could read it on the way, or to another server than the one that the
 * login was made for.
 *
 * @param server Origin of the one server that the login is for; undefined: for any
 * @throws CliError `usage`: nothing was sent
 */
export function checkLoginTarget(name: string, server: string | undefined, target: string): void {
  const { protocol, hostname, host, origin } = new URL(target)
  if (protocol !== 'https:' && !isLoopback(hostname)) {
    throw new CliError(
      exitCode.usage,
      `The token of the login ${name} would go to ${host} unencrypted, and whoever reads it on the way is you.`,
      { next: 'Use https; or reach the server through an encrypted tunnel that ends on 127.0.0.1.' },
    )
  }
  if (server !== undefined && server !== origin) {
    throw new CliError(exitCode.usage, `The login ${name} is for ${server}, not for ${origin}.`, {
      next: `\`headgate login ${name} --url ${origin}\` logs in for that server instead; another name keeps both.`,
    })
  }
}
