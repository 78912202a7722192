import { Secret } from '@headgate/auth'
import { revokeToken } from '@headgate/auth/node'
import { deleteLogin, type Login, readLogin } from '../../login/login-file.ts'
import { withLoginLock } from '../../login/login-lock.ts'
import type { Session } from '../../session.ts'

const prefix = 'rest.auth.oauth2.'

/** Ends a login at its issuer, as far as that can be reached, and forgets it in any case. */
export async function logOut({ out, settings }: Session, name: string): Promise<void> {
  const { folder } = settings.logins
  const { forgotten, revoked } = await withLoginLock(folder, name, async () => {
    const login = await readLogin(folder, name).catch(() => undefined)
    const revoked =
      login?.refreshToken !== undefined &&
      (await revoke(login, login.refreshToken).catch((error: unknown) => {
        const why = error instanceof Error ? error.message : String(error)
        out.warn(
          `the login could not be ended at the issuer: ${why}. Its refresh token may be good for long.`,
        )
        return false
      }))
    return { revoked, forgotten: await deleteLogin(folder, name) }
  })
  out.answer({ json: { name, forgotten, revoked } }, () => {
    if (!forgotten) return `there is no login ${name}`
    return revoked ? `ended and forgot ${name}` : `forgot ${name}`
  })
}

async function revoke({ properties }: Login, refreshToken: string): Promise<boolean> {
  const own = Object.entries(properties).flatMap(([key, value]): [string, string][] =>
    key.startsWith(prefix) ? [[key.slice(prefix.length), value]] : [],
  )
  return await revokeToken(Object.fromEntries(own), new Secret(refreshToken))
}
