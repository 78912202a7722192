import { type Properties, Secret } from '@headgate/auth'
import { authProperties } from '../auth/auth-properties.ts'
import type { Session } from '../session.ts'
import { readAuth } from './readers/read-auth.ts'
import type { Redactor } from './redactor.ts'

/**
 * Reads the auth properties of an administrator from a file. The doctor uses them to compare what the administrator
 * sees with what the engine sees.
 */
export function readAdmin({ io, out }: Session, file: string, redactor: Redactor): Properties {
  const properties = authProperties(io.cwd, { properties: file }, (text) => out.warn(text))
  const texts = Object.fromEntries(
    Object.entries(properties).flatMap(([name, value]) => {
      if (value === undefined) return []
      const text = value instanceof Secret ? value.reveal() : String(value)
      return [[name, text] as const]
    }),
  )
  for (const [name, value] of Object.entries(texts))
    if (/secret|token|credential|password|key/i.test(name)) redactor.add(value)
  const hasType = texts['rest.auth.type'] !== undefined || texts['auth.type'] !== undefined
  return hasType ? properties : readAuth(texts, false)
}
