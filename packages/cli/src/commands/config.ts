import type { Command } from 'commander'
import { type CredentialSource, readCredential } from '../connection/credential.ts'
import type { Io } from '../io.ts'
import { table } from '../output/table.ts'
import { inSession, type Session } from '../session.ts'

export function registerConfig(program: Command, io: Io): void {
  const group = program.command('config').description('Settings that commands use.')
  group
    .command('show')
    .description(
      'Shows the server, warehouse and client id that commands use, and the source of each. Sends no request.',
    )
    .action(inSession(io, show))
}

interface Row {
  readonly setting: string
  readonly value: string | null
  readonly source: string
}

function show({ out, settings }: Session): Promise<void> {
  const { url, warehouse, credential, login, isOfProfile, profile, timeoutMs } = settings
  const clientId = login === undefined ? (readCredential(credential)?.id ?? null) : null
  const source =
    login === undefined
      ? describe(credential, clientId !== null)
      : `not used, because the login ${login} replaces it`
  const rows: Row[] = [
    { setting: 'profile', value: profile?.name ?? null, source: profile?.source ?? '--profile' },
    { setting: 'url', ...url },
    { setting: 'warehouse', ...warehouse },
    { setting: 'client id', value: clientId, source },
    { setting: 'login', value: login ?? null, source: isOfProfile ? `profile ${profile?.name}` : '--login' },
    { setting: 'timeout', value: `${timeoutMs / 1000} s`, source: '--timeout' },
  ]
  const json = {
    profile: profile?.name ?? null,
    url: { ...url },
    warehouse: { ...warehouse },
    credential: { clientId, source },
    login: login ?? null,
    timeoutSeconds: timeoutMs / 1000,
  }
  out.result({ json }, (paint) =>
    table(paint, rows, [
      { heading: 'setting', cell: ({ setting }) => setting },
      { heading: 'value', cell: ({ value }) => value },
      { heading: 'from', cell: ({ source }) => source },
    ]),
  )
  return Promise.resolve()
}

function describe(source: CredentialSource, found: boolean): string {
  if (source.kind === 'none') return 'not set'
  if (source.kind === 'variable') return source.source
  return found ? `${source.path} (${source.source})` : `${source.path} does not exist`
}
