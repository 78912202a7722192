import { revokeToken, Secret } from '@headgate/auth'
import { deleteLogin, type Login, readLogin } from '../../login/login-file.ts'
import { withLoginLock } from '../../login/login-lock.ts'
import type { Session } from '../../session.ts'

const prefix = 'rest.auth.oauth2.'

/** Revokes a login at its issuer, if the issuer responds, and deletes it from this machine in any case. */
export async function logOut({ out, settings }: Session, name: string): Promise<void> {
  const { folder } = settings.logins
  const { forgotten, revoked } = await withLoginLock(folder, name, async () => {
    const login = await readLogin(folder, name).catch(() => undefined)
    const revoked =
      login?.refreshToken !== undefined &&
      (await revoke(login, login.refreshToken).catch((error: unknown) => {
        const reason = error instanceof Error ? error.message : String(error)
        out.warn(`The login could not be revoked at the issuer: ${reason}. Its refresh token can stay valid.`)
        return false
      }))
    return { revoked, forgotten: await deleteLogin(folder, name) }
  })
  out.result({ json: { name, forgotten, revoked } }, () => {
    if (!forgotten) return `There is no login ${name}.`
    return revoked
      ? `The login ${name} is revoked and deleted.`
      : `The login ${name} is deleted from this machine.`
  })
}

async function revoke({ properties }: Login, refreshToken: string): Promise<boolean> {
  const own = Object.entries(properties).flatMap(([key, value]): [string, string][] =>
    key.startsWith(prefix) ? [[key.slice(prefix.length), value]] : [],
  )
  return await revokeToken(Object.fromEntries(own), new Secret(refreshToken))
}
